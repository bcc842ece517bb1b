// Requests to the simulator.

const token = document.querySelector("meta[name=csrf-token]").content;

export class Trouble extends Error {}

export async function post(path, fields = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const answer = await request(path, { method: "POST", body, headers: { "X-CSRFToken": token } });
  return answer.status === 204 ? null : answer.json();
}

// Reaches the server although the page is gone.
export function hangUpForGood(sid, turn) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ csrf_token: token, turn, kind: "hang-up" })) body.append(name, value);
  navigator.sendBeacon(`/phone/calls/${sid}/next`, body);
}

export const get = async (path) => (await request(path)).json();

async function request(path, options) {
  let answer;
  try {
    answer = await fetch(`/phone${path}`, options);
  } catch {
    throw new Trouble("热线没有回应，请看看它是不是还在运行。");
  }
  if (answer.ok) return answer;
  const known = answer.headers.get("Content-Type")?.startsWith("application/json");
  throw new Trouble(known ? (await answer.json()).message : `出错了（${answer.status}）。请刷新这一页再试。`);
}
