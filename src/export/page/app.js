// The page's program: runs the network on pictures and camera frames, and paints the mask over them.
// Plain script, no build step; engine.js comes before it. A "guidedmix:mask" event on the document carries every mask for other scripts.
"use strict";

const engine = globalThis.engine;
const byId = (id) => document.getElementById(id);
const ui = Object.fromEntries(
  ["stage", "hint", "frame", "picture", "mask", "here", "file", "camera", "opacity", "opacity-text"]
    .concat(["status", "timing", "legend", "announce"])
    .map((id) => [id, byId(id)]),
);

/** Longest side at which a picture is shown. */
const SHOWN_SIDE = 1600;

let page; // page.json: title, classes, colors, clear, pixels
let current; // the last mask: { data, width, height }
let camera; // the running camera: { stream, video }
let frames = 0;
let shownUrl = 0;

// ---- start ----

async function start() {
  page = await (await fetch("page.json")).json();
  buildLegend();
  await engine.start();
  document.documentElement.dataset.backend = engine.backend;
  document.documentElement.dataset.threads = engine.threads;
  ui.file.disabled = false;
  ui.camera.disabled = !navigator.mediaDevices?.getUserMedia;
  say(`Ready. The network runs on ${engine.place()}.`);
}

// ---- the network ----

/** The pixels that the network sees: scaled down to the model's number of pixels, never up. */
function networkPixels(source, width, height) {
  const factor = Math.min(1, Math.sqrt(page.pixels / (width * height)));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(width * factor)),
    Math.max(1, Math.round(height * factor)),
  );
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Segments and paints one picture or frame. */
async function show(source, width, height) {
  const began = performance.now();
  const pixels = networkPixels(source, width, height);
  const data = await engine.maskOf(pixels);
  current = { data, width: pixels.width, height: pixels.height };
  paintPicture(source, width, height);
  paintMask();
  const milliseconds = performance.now() - began;
  const shares = classShares(data);
  updateLegend(shares);
  frames++;
  ui.timing.textContent = `${pixels.width} × ${pixels.height} pixels in ${Math.round(milliseconds)} ms` +
    (frames === 1 ? " (the first frame prepares the network)" : "");
  document.dispatchEvent(
    new CustomEvent("guidedmix:mask", { detail: { ...current, milliseconds, backend: engine.backend } }),
  );
  return shares;
}

function classShares(data) {
  const counts = new Array(page.classes.length).fill(0);
  for (const k of data) counts[k]++;
  return counts.map((count) => count / data.length);
}

// ---- painting ----

function paintPicture(source, width, height) {
  const factor = Math.min(1, SHOWN_SIDE / Math.max(width, height));
  for (const canvas of [ui.picture, ui.mask]) {
    canvas.width = Math.round(width * factor);
    canvas.height = Math.round(height * factor);
  }
  ui.picture.getContext("2d").drawImage(source, 0, 0, ui.picture.width, ui.picture.height);
  ui.frame.style.setProperty("--ratio", width / height);
  ui.frame.hidden = false;
  ui.hint.hidden = true;
  ui.stage.classList.add("filled");
}

function paintMask() {
  const { data, width, height } = current;
  const image = new ImageData(width, height);
  const colors = page.colors.map((color, k) => [...color, page.clear.includes(k) ? 0 : 255]);
  data.forEach((k, at) => image.data.set(colors[k], 4 * at));
  const small = new OffscreenCanvas(width, height);
  small.getContext("2d").putImageData(image, 0, 0);
  ui.mask.getContext("2d").drawImage(small, 0, 0, ui.mask.width, ui.mask.height);
}

function buildLegend() {
  ui.legend.replaceChildren(...page.classes.map((name, k) => {
    const item = document.createElement("li");
    item.innerHTML =
      '<span class="swatch" aria-hidden="true"></span><span class="name"></span><span class="share"></span>' +
      '<span class="bar" aria-hidden="true"><i></i></span>';
    item.classList.toggle("clear", page.clear.includes(k));
    item.style.setProperty("--color", `rgb(${page.colors[k].join(" ")})`);
    item.querySelector(".bar i").style.transform = "scaleX(0)";
    item.querySelector(".name").textContent = name;
    return item;
  }));
}

function updateLegend(shares) {
  [...ui.legend.children].forEach((item, k) => {
    item.classList.toggle("absent", shares[k] === 0);
    item.querySelector(".share").textContent = percent(shares[k]);
    item.querySelector(".bar i").style.transform = `scaleX(${shares[k]})`;
  });
  ui.mask.setAttribute("aria-label", `Mask: ${summary(shares)}`);
}

function percent(share) {
  if (share > 0 && share < 0.0005) return "< 0.1 %";
  return `${(100 * share).toFixed(share > 0 && share < 0.0995 ? 1 : 0)} %`;
}

/** The five largest classes in words. */
function summary(shares) {
  return shares.map((share, k) => ({ share, name: page.classes[k] }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, 5)
    .map(({ share, name }) => `${name} ${percent(share)}`)
    .join(", ");
}

function say(text, problem = false) {
  ui.status.textContent = text;
  ui.status.classList.toggle("problem", problem);
}

// ---- pictures ----

async function openPicture(file) {
  stopCamera();
  const turn = ++shownUrl;
  say(`Working on ${file.name || "the picture"} …`);
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    say(`${file.name || "This"} cannot be read as a picture by this browser.`, true);
    return;
  }
  if (turn !== shownUrl) return;
  const shares = await show(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  say(`${file.name || "Picture"} on ${engine.place()}.`);
  ui.announce.textContent = `Mask ready: ${summary(shares)}`;
}

function firstPicture(files) {
  return [...(files ?? [])].find((file) => file.type.startsWith("image/"));
}

function take(files) {
  if (ui.file.disabled) return;
  const file = firstPicture(files);
  if (file) openPicture(file).catch(fail);
  else say("That is no picture.", true);
}

// ---- camera ----

async function startCamera() {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment" },
    audio: false,
  });
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  await video.play();
  shownUrl++;
  camera = { stream, video };
  ui.camera.setAttribute("aria-pressed", "true");
  ui.camera.textContent = "Stop the camera";
  say(`The camera on ${engine.place()}.`);
  runCamera(camera).catch(fail);
}

async function runCamera(mine) {
  let announced = 0;
  while (camera === mine) {
    // The frame is kept, so that the mask lies over the picture that it was made from.
    const frame = await createImageBitmap(mine.video);
    const shares = await show(frame, frame.width, frame.height);
    frame.close();
    // A screen reader hears a summary now and then, not every frame.
    if (performance.now() - announced > 8000) {
      announced = performance.now();
      ui.announce.textContent = summary(shares);
    }
    await new Promise(requestAnimationFrame);
  }
}

function stopCamera() {
  if (!camera) return;
  camera.stream.getTracks().forEach((track) => track.stop());
  camera = undefined;
  ui.camera.setAttribute("aria-pressed", "false");
  ui.camera.textContent = "Use the camera";
  say("The camera is off.");
}

function fail(error) {
  stopCamera();
  say(`This did not work: ${error.message ?? error}`, true);
}

// ---- events ----

function nameHere(event) {
  const box = ui.mask.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width;
  const y = (event.clientY - box.top) / box.height;
  ui.here.hidden = !current || x < 0 || y < 0 || x >= 1 || y >= 1;
  if (ui.here.hidden) return;
  const k = current.data[Math.floor(y * current.height) * current.width + Math.floor(x * current.width)];
  ui.here.textContent = page.classes[k];
  ui.here.style.left = `${100 * Math.min(0.92, Math.max(0.08, x))}%`;
  ui.here.style.top = `${100 * Math.max(0.09, y)}%`;
}

function setOpacity() {
  ui.mask.style.opacity = ui.opacity.value / 100;
  ui["opacity-text"].textContent = `${ui.opacity.value} %`;
}

ui.opacity.addEventListener("input", setOpacity);
ui.file.addEventListener("change", () => {
  take(ui.file.files);
  ui.file.value = "";
});
ui.camera.addEventListener("click", () => camera ? stopCamera() : startCamera().catch(fail));
ui.frame.addEventListener("pointermove", nameHere);
ui.frame.addEventListener("pointerdown", nameHere);
ui.frame.addEventListener("pointerleave", ({ pointerType }) => {
  // a finger that is lifted leaves the name to be read
  if (pointerType === "mouse") ui.here.hidden = true;
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  ui.stage.classList.add("over");
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) ui.stage.classList.remove("over");
});
addEventListener("drop", (event) => {
  event.preventDefault();
  ui.stage.classList.remove("over");
  take(event.dataTransfer.files);
});
addEventListener("paste", (event) => {
  if (event.clipboardData.files.length > 0) take(event.clipboardData.files);
});
setOpacity();

start().catch((error) => {
  const hint = location.protocol === "file:" ? " Open this folder through a web server, not as a file." : "";
  say(`The network could not be started.${hint} (${error.message ?? error})`, true);
});
