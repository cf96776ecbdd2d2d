// What the account of the loyalty server has to spend, what a merchant or another till may do to it meanwhile,
// and the switches of the server.

import { el, money, plain, say, sync } from "./dom.js";

const TONES = { ACTIVE: "good", INACTIVE: "info", LOCKED: "warn", REDEEMED: "quiet", EXPIRED: "bad", DEACTIVATED: "bad" };
const REFILLED_MINOR = 2500;

/** The rows of the table: `code` can be scanned, `deeds` are buttons: a word, what it sends, and its explanation. */
function rows(leat) {
  const vouchers = [
    ...leat.unlinked_vouchers.map((voucher) => ({ voucher, whose: "" })),
    ...leat.members.flatMap((member) => member.vouchers.map((voucher) => ({ voucher, whose: ` · ${member.name}` }))),
  ];
  return [
    ...vouchers.map(({ voucher, whose }) => ({
      key: `voucher:${voucher.code}`, code: voucher.code, what: voucher.promotion + whose, status: voucher.status,
      more: voucher.remaining > 1 ? `${voucher.remaining} uses left` : "", deeds: voucherDeeds(voucher),
    })),
    ...leat.giftcards.map((card) => ({
      key: `giftcard:${card.code}`, code: card.code, what: `${card.type.toLowerCase()} gift card`,
      status: card.expired ? "EXPIRED" : card.active ? "ACTIVE" : "DEACTIVATED",
      more: money(card.balance_minor, leat.currency), deeds: cardDeeds(card),
    })),
    ...leat.rewards.map((reward) => ({
      key: `reward:${reward.title}`, code: "", what: reward.title,
      status: !reward.active ? "DEACTIVATED" : reward.stock === 0 ? "sold out" : "ACTIVE",
      more: `${reward.credits} ${leat.credit_name}${reward.stock ? `, ${reward.stock} left` : ""}`,
      deeds: rewardDeeds(reward),
    })),
  ];
}

function voucherDeeds({ code, status }) {
  const till = (word, does) => [word, "tills", { does, code }, "At another till"];
  const set = (word, form) => [word, "vouchers", { code, ...form }];
  return [
    status === "LOCKED" ? till("Let go", "release_voucher") : till("Lock", "lock_voucher"),
    status === "EXPIRED" ? set("Renew", { expires_in_s: null }) : set("Expire", { expires_in_s: 0 }),
    set(status === "DEACTIVATED" ? "Allow" : "Stop", { deactivated: status !== "DEACTIVATED" }),
  ];
}

function cardDeeds({ code, active, balance_minor: balance }) {
  const set = (word, form) => [word, "giftcards", { code, ...form }];
  return [
    set(balance ? "Empty" : "Fill", { balance_minor: balance ? 0 : REFILLED_MINOR }),
    set(active ? "Block" : "Allow", { active: !active }),
  ];
}

function rewardDeeds({ title, active, stock }) {
  const set = (word, form) => [word, "rewards", { title, ...form }];
  return [
    set(stock === 0 ? "In stock" : "Sold out", { stock: stock === 0 ? null : 0 }),
    set(active ? "Stop" : "Allow", { active: !active }),
  ];
}

/** Fills the table `list`. `scan(code)` and `change(name, form)` are the page's. */
export function showOffers(list, leat, { scan, change }) {
  sync(list, rows(leat), ({ key }) => key,
    () => el("tr", {},
      el("td", { class: "rest" }, el("span", { class: "names" }, el("bdi"), el("span", { class: "mono quiet" }))),
      el("td", {}, el("span", { class: "chip" })), el("td", { class: "num" }), el("td", {}, el("span", { class: "deeds" }))),
    (row, offer) => {
      const [names, status, more, last] = row.children;
      names.title = plain(offer.what);
      say(names.firstChild.children[0], plain(offer.what));
      say(names.firstChild.children[1], offer.code);
      say(more, offer.more);
      status.firstChild.dataset.tone = TONES[offer.status] ?? "warn";
      say(status.firstChild, offer.status.toLowerCase());
      const buttons = offer.deeds.map(([word, name, form, title]) => ({ word, title, press: () => change(name, form) }));
      if (offer.code) buttons.unshift({ word: "Scan", press: () => scan(offer.code) });
      sync(last.firstChild, buttons, ({ word }) => word,
        ({ word, title }) => el("button", { textContent: word, title, onclick: (event) => event.target.press() }),
        (button, { press }) => { button.press = press; });
    });
}

/** Fills the table `list` with the server's switches. `flip(name, value)` is the page's. */
export function showSwitches(list, switches, flip) {
  sync(list, switches, ({ name }) => name,
    (entry) => el("tr", {}, el("td", { class: "mono" }), el("td", {}, control(entry, flip)), el("td", { class: "rest" })),
    (row, entry) => {
      const [name, position, why] = row.children;
      say(name, entry.name);
      name.dataset.tone = entry.value === entry.default ? "" : "warn";
      if (document.activeElement !== position.firstChild) position.firstChild.value = String(entry.value ?? "");
      say(why, entry.about);
      why.title = entry.about;
    });
}

function control({ name, positions }, flip) {
  if (!positions) {
    return el("input", {
      type: "text", "aria-label": name,
      onchange: (event) => flip(name, event.target.value === "" ? null : Number(event.target.value)),
    });
  }
  return el("select", {
    "aria-label": name,
    onchange: (event) => flip(name, positions.find((position) => String(position) === event.target.value)),
  }, ...positions.map((position) => el("option", { value: String(position), textContent: String(position) })));
}
