// What the page asks its server for, and the socket on which trainings arrive.

import { notice } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";

const tokenOf = (page) => page.querySelector('meta[name="actlab-token"]').content;
let token = tokenOf(document);

/** Take the token of a server that was started anew; whether it was another one. */
async function renewed() {
  const before = token, answer = await fetch("/").catch(() => null);
  if (answer?.ok) token = tokenOf(new DOMParser().parseFromString(await answer.text(), "text/html"));
  return token !== before;
}

/** An answer of the server as JSON; its refusals and a server that is gone become an Error with a sentence. */
export async function ask(path, request = {}) {
  const { method = "GET", body = undefined, headers = {}, signal = undefined } = request;
  const json = body !== undefined && !(body instanceof Blob) && !(body instanceof ArrayBuffer);
  const used = token, sent = { method, signal, headers: { "X-Actlab-Token": used, ...(json ? { "Content-Type": "application/json" } : {}), ...headers },
    body: json ? JSON.stringify(body) : body };
  let response, answer;
  try {
    response = await fetch(path, sent);
    answer = response.ok ? await response.json() : await response.json().catch(() => ({}));
  } catch (error) { // gone before its answer, or in the middle of it
    if (error.name === "AbortError") throw error;
    throw Object.assign(new Error(t("The server does not answer. Start it again with `actlab lab`: this page finds it by itself.")), { gone: true });
  }
  if (response.ok) return answer;
  if (response.status === 403 && (token !== used || await renewed())) return ask(path, request);
  const said = answer.error ? t(answer.error.text, answer.error.values) : t("The server failed ({status}).", { status: response.status });
  throw Object.assign(new Error(said), { english: answer.error?.values.english });
}

/** A frame's header, with its arrays by name as Float32Array. */
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = {};
  let at = 4 + length;
  for (const [name, shape] of header.arrays) {
    const count = shape.reduce((product, size) => product * size, 1);
    arrays[name] = new Float32Array(buffer, at, count);
    at += 4 * count;
  }
  return { ...header, arrays };
}

/**
 * A socket that comes back by itself. `opened(send)` is called each time it is open, `frame(frame)` for each binary
 * frame once it can be drawn, `said(message)` for each message of JSON, `gone()` when the server went away; until it is
 * back, a sentence after the element `problems` says so.
 * Every frame is acknowledged when it was drawn, and the server sends no other before that: frames are dropped, never queued.
 */
export function socket(path, { problems, opened, frame, said, gone }) {
  let link, told = null, closed = false, pause = 250;
  const send = (message) => link.readyState === WebSocket.OPEN && link.send(JSON.stringify(message));
  const connect = () => {
    link = new WebSocket(`ws://${location.host}${path}?token=${encodeURIComponent(token)}`);
    link.binaryType = "arraybuffer";
    link.onopen = () => {
      pause = 250;
      told?.remove();
      told = null;
      opened(send);
    };
    link.onmessage = ({ data }) => {
      if (typeof data === "string") said(JSON.parse(data));
      else requestAnimationFrame(() => {
        frame(unpack(data));
        send({ do: "drawn" });
      });
    };
    link.onclose = () => {
      if (closed) return;
      gone();
      told ??= problems.insertAdjacentElement("afterend", notice(t("The server is gone. Start it again with `actlab lab`: this page comes back by itself and makes the same network again.")));
      setTimeout(() => renewed().then(connect), pause);
      pause = Math.min(2 * pause, 4000);
    };
  };
  connect();
  addEventListener("pagehide", () => {
    closed = true;
    link.close();
  });
  return { send };
}
