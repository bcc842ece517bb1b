// Requests to the simulator.

const token = document.querySelector("meta[name=csrf-token]").content;

export class Trouble extends Error {}

export async function post(path, fields = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const answer = await request(path, { method: "POST", body, headers: { "X-CSRFToken": token } });
  return answer.status === 204 ? null : answer.json();
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
