// Photos of a telephone: made small before they are sent, gathered from several shots, shown before they go.
const LARGEST = 1600; // pixels of the longer side: a crack in a wall can still be seen
const SMALL_ENOUGH = 500_000; // bytes
const MOST = 8; // as the server takes at once

export async function shrunk(file) {
  if (!file.type.startsWith("image/")) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size < SMALL_ENOUGH) return file;
    const canvas = painted(picture, scale);
    const small = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); });
    return small && small.size < file.size ? small : file;
  } catch {
    return file; // the server says what is wrong with it
  }
}

function painted(picture, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// Every shot of the camera joins those in the album's field, which is the one that is sent.
function gather(form) {
  const album = form.querySelector("[data-album]");
  const list = form.querySelector("[data-previews]");
  const button = form.querySelector("button:not([type=button])");
  let files = [];

  function keep(wanted) {
    files = wanted.slice(0, MOST);
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    album.files = transfer.files;
    list.replaceChildren(...files.map(preview));
    button.hidden = !files.length;
    button.textContent = `上传 ${files.length} 张`;
  }

  function preview(file) {
    const item = document.createElement("li");
    const away = Object.assign(document.createElement("button"), { type: "button", textContent: "不要" });
    away.addEventListener("click", () => keep(files.filter((one) => one !== file)));
    createImageBitmap(file, { imageOrientation: "from-image" })
      .then((picture) => item.prepend(painted(picture, 240 / Math.max(picture.width, picture.height))))
      .catch(() => item.prepend(file.name));
    item.append(away);
    return item;
  }

  for (const input of form.querySelectorAll("input[type=file]"))
    input.addEventListener("change", () => {
      const more = [...input.files];
      if (input !== album) input.value = "";
      keep([...files, ...more]);
    });
  form.addEventListener("photos", () => keep([]));
  keep([]);
}

for (const form of document.querySelectorAll("form[data-photos]")) gather(form);
