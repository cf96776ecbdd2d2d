// The live screen: shows every picture of the kiosk's display and turns the pointer into its guest's finger.

const AGAIN_MS = 400;
const NOT_FASTER_THAN_MS = 33;
const LINE_PX = 30;
const WHEEL_GATHERS_MS = 40;
const WHEEL_RESTS_MS = 120;

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Shows the screen in `canvas`, for ever. `onDown(text or null)` tells when the kiosk goes and comes back. */
export async function showScreen(canvas, onDown) {
  let token = "";
  for (;;) {
    const asked = performance.now();
    try {
      const answer = await fetch(`/screen?after=${token}`, { cache: "no-store" });
      if (answer.status === 200) {
        const picture = await createImageBitmap(await answer.blob());
        if (canvas.width !== picture.width || canvas.height !== picture.height) {
          canvas.width = picture.width;
          canvas.height = picture.height;
          document.documentElement.style.setProperty("--aspect", picture.width / picture.height);
        }
        canvas.getContext("2d").drawImage(picture, 0, 0);
        picture.close();
        token = answer.headers.get("X-Screen");
        canvas.dataset.shown = token;
        onDown(null);
      } else if (answer.status !== 204) {
        throw new Error((await answer.json()).error);
      }
    } catch (problem) {
      onDown(problem.message);
      await rest(AGAIN_MS);
    }
    await rest(Math.max(0, NOT_FASTER_THAN_MS - (performance.now() - asked)));
  }
}

/** Pointer events on `canvas` become touches, in order; `send(touch)` returns when the kiosk has felt one. */
export function touchScreen(canvas, send) {
  const waiting = [];
  let sending = false;
  let pointer = null;

  async function flush() {
    if (sending) return;
    sending = true;
    while (waiting.length) await send(waiting.shift());
    sending = false;
  }

  function feel(event, phase) {
    const box = canvas.getBoundingClientRect();
    const touch = {
      x: Math.round(((event.clientX - box.left) / box.width) * canvas.width),
      y: Math.round(((event.clientY - box.top) / box.height) * canvas.height),
      phase,
    };
    touch.x = Math.min(Math.max(touch.x, 0), canvas.width - 1);
    touch.y = Math.min(Math.max(touch.y, 0), canvas.height - 1);
    // Of the places a finger passes while one touch is on its way, only the last one matters.
    if (phase === "move" && waiting.at(-1)?.phase === "move") waiting.pop();
    waiting.push(touch);
    flush();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    event.preventDefault();
    feel(event, "down");
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId === pointer) feel(event, "move");
  });
  canvas.addEventListener("pointerup", (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    feel(event, "up");
  });
  canvas.addEventListener("pointercancel", (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    // The system took the pointer: lifted in a corner it presses nothing.
    waiting.push({ x: -1, y: -1, phase: "move" }, { x: -1, y: -1, phase: "up" });
    flush();
  });
  // The kiosk knows no wheel: turning it is a short drag that rests before it ends, so that nothing is flung.
  let turned = 0;
  let wheeling = false;
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    turned += event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1);
    if (!wheeling && pointer === null) drag(event.clientX, event.clientY);
  }, { passive: false });

  async function drag(clientX, clientY) {
    wheeling = true;
    await rest(WHEEL_GATHERS_MS);
    const box = canvas.getBoundingClientRect();
    const scale = canvas.height / box.height;
    const x = Math.round((clientX - box.left) * scale);
    const y = Math.round((clientY - box.top) * scale);
    const end = Math.min(Math.max(Math.round(y - turned * scale), 0), canvas.height - 1);
    turned = 0;
    waiting.push({ x, y, phase: "down" }, { x, y: end, phase: "move" });
    flush();
    await rest(WHEEL_RESTS_MS);
    waiting.push({ x, y: end, phase: "move" }, { x, y: end, phase: "up" });
    flush();
    wheeling = false;
  }
}
