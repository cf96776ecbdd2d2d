// Building and updating the page: elements, keyed lists, and values as people read them.

/** An element. Properties are set as they are; `class`, `data-*`, `aria-*` and `title` as attributes. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * Makes the children of `list` those of `items`, keeping the elements of keys that stay: what is being
 * pressed, hovered or selected must not vanish under the hand. `make(item)` gives a new element,
 * `update(element, item)` fills it, now and later.
 */
export function sync(list, items, key, make, update, nothing = "") {
  const wanted = new Set(items.map((item) => String(key(item))));
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  for (const [name, element] of known) if (!wanted.has(name)) element.remove();
  let at = list.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    const element = known.get(name) ?? make(item);
    element.dataset.key = name;
    update(element, item);
    if (element === at) at = at.nextElementSibling;
    else list.insertBefore(element, at);
  }
  if (!items.length && nothing) {
    list.append(el(list.tagName === "TBODY" ? "tr" : "p", { class: "nothing", "data-key": "" }));
    const place = list.lastElementChild;
    place.append(list.tagName === "TBODY" ? el("td", { colSpan: 9, textContent: nothing }) : nothing);
  }
}

/** Sets the text if it is another one; says whether it was. */
export function say(element, text) {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}

/** Shows for a moment that something changed. */
export function flash(element) {
  element.classList.remove("flash");
  void element.offsetWidth;
  element.classList.add("flash");
}

/** The text with everything invisible or direction-changing in it spelled out. */
export function plain(text) {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (sign) => `⟨${sign.codePointAt(0).toString(16).padStart(2, "0")}⟩`,
  );
}

export function money(minor, currency) {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

export const count = (number) => new Intl.NumberFormat("en").format(number);

/** "12 s", "3 min", "5 h", "2 d": one number is enough to judge an age by. */
export function age(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}
