// A prompt recorded at the desk: the microphone's sound is put into the form's file field, as if it had been chosen.
import { record } from "../phone/microphone.js";

for (const form of document.querySelectorAll("form[data-records]")) {
  const button = form.querySelector("[data-record]");
  const told = form.querySelector("[data-told]");
  const file = form.elements.namedItem("sound");
  let running = null;
  button.hidden = !(navigator.mediaDevices && window.MediaRecorder && window.DataTransfer);
  button.addEventListener("click", async () => {
    if (running) {
      const wav = await running.stop();
      running = null;
      const chosen = new DataTransfer();
      chosen.items.add(new File([wav], "recording.wav", { type: "audio/wav" }));
      file.files = chosen.files;
      button.textContent = "重录";
      told.textContent = "录好了，请点“换上”。";
      return;
    }
    try {
      running = await record();
      button.textContent = "录完了";
      told.textContent = "正在录，请读上面的话……";
    } catch {
      told.textContent = "用不了话筒，请上传录音文件。";
    }
  });
}
