/**
 * Alerts on what came for the agent: the number on the tab's icon, notifications of the desktop, a sound. Both are off
 * until the agent switches them on, and a notification names nobody unless that is wanted.
 */

import { hashOf } from "../lib/router.js";
import { slice } from "../lib/store.js";
import { t } from "../lib/texts.js";
import { forMe, whenCame } from "./for_me.js";

const KEPT = "nachfrage.alerts";
const SIZE = 64;
const LARGEST = 99;

export const alerts = slice("alerts", {
  notifications: false,
  /** Notifications say who wrote and show the beginning of the message. */
  words: false,
  sound: false,
});

let drawn = -1;
let usual = "";

/** Begin to alert. */
export function start() {
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  alerts.change(() => kept);
  whenCame(tell);
}

/**
 * Switch something on or off. Permission is asked for by this press alone; returns false where it was refused.
 * @param {"notifications" | "words" | "sound"} name
 * @param {boolean} on
 */
export async function choose(name, on) {
  if (name === "notifications" && on && (await Notification.requestPermission()) !== "granted") return false;
  alerts.change(() => ({ [name]: on }));
  localStorage.setItem(KEPT, JSON.stringify(alerts.get()));
  if (name === "sound" && on) play();
  return true;
}

/** Tell whether this browser has notifications. */
export function canNotify() {
  return "Notification" in globalThis;
}

/** @param {import("./for_me.js").ForMeEntry[]} fresh */
function tell(fresh) {
  const { notifications, sound } = alerts.get();
  if (sound) play();
  if (!notifications || document.visibilityState === "visible" || Notification.permission !== "granted") return;
  for (const entry of fresh.slice(0, 3)) {
    const { title, body } = wordsOf(entry, alerts.get().words);
    notify(title, body, entry.conversation.id);
  }
}

/**
 * Show a notification that leads to a conversation; on phones the service worker shows it, where pages may not.
 * @param {string} title
 * @param {string} body
 * @param {string} id
 */
async function notify(title, body, id) {
  const place = hashOf("c", id);
  try {
    const shown = new Notification(title, { body, tag: id });
    shown.onclick = () => {
      focus();
      location.hash = place;
      shown.close();
    };
  } catch {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.showNotification(title, { body, tag: id, data: { place } });
  }
}

/**
 * Return the words of a notification; without `words`, nothing that a customer is or said.
 * @param {import("./for_me.js").ForMeEntry} entry
 * @param {boolean} words
 */
export function wordsOf({ cause, by, conversation }, words) {
  const title = t(`for_me.notice.${cause}`, { who: by?.name ?? t("for_me.rule") });
  return { title, body: words ? `${conversation.customer?.name ?? ""}: ${conversation.preview}` : "" };
}

/** A short tone, made here: nothing is loaded for it. */
function play() {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.08, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.4);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.4);
  tone.onended = () => context.close();
}

/** Draw the number of what is new onto the tab's icon, if it changed. */
export function drawIcon() {
  const { count } = forMe.get();
  if (count === drawn) return;
  drawn = count;
  // Of the installed page, too; elsewhere there is no such place.
  navigator.setAppBadge?.(count).catch(() => {});
  const link = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel="icon"]'));
  if (!link) return;
  usual ||= link.href;
  if (!count) {
    link.href = usual;
    return;
  }
  const picture = new Image();
  picture.onload = () => {
    if (count === drawn) link.href = withNumber(picture, labelOf(count));
  };
  picture.src = usual;
}

/** Return a number as it fits on an icon. @param {number} count */
export function labelOf(count) {
  return count > LARGEST ? `${LARGEST}+` : String(count);
}

/**
 * @param {HTMLImageElement} picture
 * @param {string} label
 */
function withNumber(picture, label) {
  const canvas = document.createElement("canvas");
  canvas.width = SIZE;
  canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  if (!pen) return usual;
  pen.drawImage(picture, 0, 0, SIZE, SIZE);
  pen.fillStyle = "#ad2316";
  pen.beginPath();
  pen.roundRect(SIZE - 16 - label.length * 14, SIZE - 40, 16 + label.length * 14, 40, 14);
  pen.fill();
  pen.fillStyle = "#ffffff";
  pen.font = "bold 30px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.fillText(label, SIZE - 8 - label.length * 7, SIZE - 10);
  return canvas.toDataURL("image/png");
}
