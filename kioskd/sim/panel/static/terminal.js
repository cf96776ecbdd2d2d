// The card terminal: what a guest does at it, what can go wrong with it, and what it remembers.

import { el, money, plain, say, sync } from "./dom.js";

const $ = (id) => document.getElementById(id);
const CHOICES = { "cut-at": "cut_at", "lost-answer": "lost_answer" };

/** Buttons and lists do their acts. `act(name, form)` sends one. */
export function connectTerminal(act) {
  for (const button of document.querySelectorAll("[data-terminal]")) {
    button.addEventListener("click", () => act("terminal", { act: button.dataset.terminal }));
  }
  for (const button of document.querySelectorAll("[data-fault]")) {
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      act("terminal-fault", { name: button.dataset.fault, value: value(button.dataset, on) });
    });
  }
  for (const [id, name] of Object.entries(CHOICES)) {
    $(id).addEventListener("change", ({ target }) => act("terminal-fault", { name, value: target.value || null }));
  }
}

/** What the fault becomes: of one that is a number, `data-on` when pressed, else `data-off`, else nothing. */
function value({ on, off }, pressed) {
  if (on === undefined) return pressed;
  if (pressed) return Number(on);
  return off === undefined ? null : Number(off);
}

export function showTerminal(terminal, currency, { chip, words }) {
  const { payment, faults } = terminal;
  const amount = (minor) => money(minor, currency);
  if (payment) chip($("payment"), `${words(payment.step)} · ${amount(payment.amount_minor)}`, "info");
  else chip($("payment"), terminal.connected ? "idle" : "not connected", "quiet");
  for (const button of document.querySelectorAll("[data-terminal]:not([data-terminal=cut])")) {
    button.disabled = payment?.step !== "waiting_for_card";
  }
  for (const button of document.querySelectorAll("[data-fault]")) {
    button.setAttribute("aria-pressed", Boolean(faults[button.dataset.fault]));
  }
  choose($("cut-at"), ["", ...terminal.points], faults.cut_at ?? "",
    (point) => (point ? `Cut the cable: ${words(point)}` : "Cut no cable"));
  choose($("lost-answer"), terminal.lost_answers, faults.lost_answer, (what) => `Answer lost: ${words(what)}`);
  const shows = terminal.display ? ` · shows “${plain(terminal.display)}”` : "";
  say($("charged"), `Charged ${amount(terminal.charged_minor)}${shows}`);
  sync($("ledger"), terminal.transactions, (row) => row.at + row.kind,
    () => el("li", {}, el("b"), el("small")),
    (line, row) => {
      const [what, numbers] = line.children;
      say(what, `${row.kind} ${amount(row.amount_minor)}${row.reversed ? " ↩" : ""}`);
      say(numbers, row.receipt ? `receipt ${row.receipt} · trace ${row.trace}` : `code ${hex(row.result)}`);
    }, "No payments yet");
}

const hex = (code) => code.toString(16).toUpperCase().padStart(2, "0");

/** Fills a list of choices once, and shows which one counts unless somebody is choosing. */
function choose(select, values, chosen, text) {
  if (select.options.length !== values.length) {
    select.replaceChildren(...values.map((each) => el("option", { value: each, textContent: text(each) })));
  }
  if (document.activeElement !== select) select.value = values.includes(chosen) ? chosen : values[0];
}
