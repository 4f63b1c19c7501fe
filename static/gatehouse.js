// Gatehouse: enhancement only. Every page works without this file; nothing here builds markup from strings
// (the content policy requires trusted types), and nothing here holds state the server does not have.
"use strict";

const root = document.documentElement;
root.classList.add("js");

const one = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));

// One polite region tells screen readers what a silent click did.
// Words in the language of the page, which the region that says them carries.
const said = (name) => one("#live")?.dataset[name] ?? "";

const say = (words) => {
  const region = one("#live");
  if (region) region.textContent = words;
};

// Copy buttons: data-copy is the text itself, data-copy-from the id of the element that holds it.
const textToCopy = (button) => {
  if (button.dataset.copy) return button.dataset.copy;
  const source = document.getElementById(button.dataset.copyFrom);
  if (!source) return "";
  return source.dataset.full || source.value || source.textContent;
};

const copy = async (button) => {
  const label = one("span", button);
  try {
    await navigator.clipboard.writeText(textToCopy(button).trim());
    if (label) {
      const before = label.textContent;
      label.textContent = said("copied");
      setTimeout(() => { label.textContent = before; }, 2000);
    }
    say(said("copied"));
  } catch {
    const source = document.getElementById(button.dataset.copyFrom);
    if (source && source.select) source.select();
    say(said("copyByHand"));
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy],[data-copy-from]");
  if (button) copy(button);
  for (const menu of all("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// "/" goes to the page's one search field; Escape closes what floats.
const search = (event) => {
  const field = one("[data-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
};
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") search(event);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    for (const open of all("details.menu[open]")) {
      open.open = false;
      const summary = one("summary", open);
      if (open.contains(document.activeElement) && summary) summary.focus();
    }
    return;
  }
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  if (root.dataset.shortcuts !== "off") letter(event);
});

// Single characters, listed under /help, where they can be switched off (WCAG 2.2, 2.1.4). "g" waits for one more.
const places = { a: "/apis", h: "/", i: "/inbox", p: "/applications", r: "/requests" };
let goes = false;
const rows = () => all("main tbody tr").filter((row) => one("a, button, input:not([type=hidden])", row));
const here = () => document.activeElement.closest("main tbody tr");
const walk = (by) => {
  const list = rows();
  const at = list.indexOf(here());
  const next = list[at < 0 ? 0 : at + by];
  if (next) one("input:not([type=hidden]), a, button", next).focus();
};
const tick = (row) => {
  const box = row && one("input[type=checkbox]", row);
  if (box) box.click();
  return Boolean(box);
};
// The button of the row somebody is on, unless rows are ticked: then the one for all of them. What it needs is typed first.
const decide = (name) => {
  const row = here();
  const ticked = one("main tbody input:checked");
  const button = (row && !ticked && one(`[data-letter=${name}]`, row)) || one(`main .bulk [data-letter=${name}]`);
  if (!button || !(row || ticked)) return;
  const field = document.getElementById(button.dataset.needs);
  if (!ticked && !row.contains(button) && !tick(row)) return;
  if (field && field.value.trim() === "") field.focus();
  else button.click();
};
const letter = (event) => {
  const key = event.key;
  if (event.repeat && key !== "j" && key !== "k") return;
  if (goes && places[key]) {
    const link = one(`.with-rail .rail a[href$="${places[key]}"]`) || one(`.top a[href$="${places[key]}"]`);
    if (link) link.click();
  } else if (key === "/") search(event);
  else if (key === "?") one(".tools a[href$='/help']").click();
  else if (key === "j" || key === "k") walk(key === "j" ? 1 : -1);
  else if (key === "x") tick(here());
  else if (key === "a" || key === "r") {
    event.preventDefault();
    decide(key);
  }
  goes = key === "g" && !goes;
};

// Tables with a bulk bar: select all, and the count in words.
for (const form of all("form[data-bulk]")) {
  const every = one("[data-all]", form);
  const rows = all("tbody input[type=checkbox]", form);
  const count = one("[data-count]", form);
  const show = () => {
    const chosen = rows.filter((row) => row.checked).length;
    if (count) count.textContent = chosen === 0 ? count.dataset.none : count.dataset.some.replace("{n}", chosen);
    if (every) {
      every.checked = rows.length > 0 && chosen === rows.length;
      every.indeterminate = chosen > 0 && chosen < rows.length;
    }
  };
  if (every) {
    every.addEventListener("change", () => {
      for (const row of rows) row.checked = every.checked;
      show();
    });
  }
  form.addEventListener("change", show);
  show();
}

// A reason chosen from the list starts the words; the approver may go on typing.
for (const choice of all("[data-fill]")) {
  choice.addEventListener("change", () => {
    const field = document.getElementById(choice.dataset.fill);
    if (field && (field.value === "" || field.dataset.filled === field.value)) {
      field.value = choice.value;
      field.dataset.filled = choice.value;
    }
  });
}

// A form is sent once. The server absorbs a second one too; this only spares the wait.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  // What is downloaded leaves the page as it is, and can be asked for again.
  if (form.method !== "post" || (button && button.name === "download")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  if (button) button.setAttribute("aria-busy", "true");
});

// Coming back with the browser's Back button shows the page as it was: forms must work again.
addEventListener("pageshow", () => {
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
  for (const button of all("[aria-busy]")) button.removeAttribute("aria-busy");
});

// Leaving a long form with typed text asks first.
for (const form of all("form[data-keep]")) {
  let typed = false;
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}

// Live regions: data-live names a page to fetch; the region with the same id in it replaces this one, and so does the
// element that data-also names. Parsing makes an inert document, so nothing in the answer can run. Without this script the
// page carries a refresh of its own.
const swap = (region, page) => {
  const fresh = page.getElementById(region.id);
  if (!fresh) return region;
  const adopted = document.importNode(fresh, true);
  if (adopted.textContent !== region.textContent) {
    region.replaceWith(adopted);
    const beside = document.getElementById(region.dataset.also);
    if (beside) swap(beside, page);
    const head = one("h2, h3, strong", adopted);
    if (head) say(head.textContent);
    return adopted;
  }
  return region;
};

// A session ends when nothing was asked for a while, by any tab: they tell each other. Two minutes before, whoever is here may go
// on (WCAG 2.2, 2.2.1); a page of a session that is over is opened anew, which leads to the sign-in and back.
const ending = one("#ending");
const tabs = ending && new BroadcastChannel("gatehouse-asked");
let asked = Date.now();
const seen = (page) => {
  if (!tabs || !page || !page.getElementById("ending")) return;
  asked = Date.now();
  tabs.postMessage(null);
};
seen(document);
if (tabs) {
  const idle = Number(ending.dataset.idle) * 1000;
  const soon = Math.max(idle - 120000, idle / 2);
  tabs.onmessage = () => { asked = Date.now(); };
  setInterval(() => { ending.hidden = Date.now() - asked < soon; }, 1000);
  one("button", ending).addEventListener("click", async () => {
    try {
      const page = await load(ending.dataset.extend);
      if (!page.getElementById("ending")) location.reload();
    } catch {
      location.reload();
    }
  });
}

// XMLHttpRequest with responseType "document" parses for us: no string of markup ever meets a sink.
const load = (url, sent = null) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.open(sent ? "POST" : "GET", url);
  request.responseType = "document";
  request.setRequestHeader("X-Requested-With", "live");
  request.timeout = sent ? 40000 : 10000;
  request.onload = () => {
    seen(request.response);
    if ((request.status === 200 || (sent && request.status === 422)) && request.response) resolve(request.response);
    else reject(new Error(String(request.status)));
  };
  request.onerror = request.ontimeout = () => reject(new Error("network"));
  request.send(sent);
});

const watch = (region) => {
  let wait = Number(region.dataset.every || 1000);
  let current = region;
  const step = async () => {
    if (!document.hidden) {
      try {
        current = swap(current, await load(current.dataset.live));
        if (!current.dataset.live) return;
        wait = Math.min(wait * 1.1, 5000);
      } catch {
        wait = Math.min(wait * 2, 30000);
      }
    }
    setTimeout(step, wait);
  };
  setTimeout(step, wait);
};
for (const region of all("[data-live]")) watch(region);

// Forms marked so show their answer in place: the region they name is replaced by the same one of the answer. What cannot be
// shown so is never sent again: the page is opened anew.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const region = document.getElementById(form.dataset.inPlace);
  if (!region || (event.submitter && event.submitter.name === "download")) return;
  event.preventDefault();
  try {
    const filled = new FormData(form);
    const sent = form.enctype === "multipart/form-data" ? filled : new URLSearchParams(filled);
    const fresh = (await load(form.action, sent)).getElementById(region.id);
    const adopted = document.importNode(fresh, true);
    region.replaceWith(adopted);
    const told = one("[role=alert], .try-outcome .badge", adopted);
    if (told) say(told.textContent);
  } catch {
    location.reload();
  }
});

// Suggestions while somebody types: the first links of the page that the search leads to. Arrow keys walk them, Escape closes.
for (const field of all("[data-suggest]")) {
  let asked = "";
  let list = null;
  const close = () => { if (list) list.remove(); list = null; };
  const show = (page) => {
    close();
    const links = all("#found a", page).slice(0, 8);
    if (links.length === 0) return;
    list = document.createElement("ul");
    list.className = "suggest";
    for (const link of links) {
      const item = document.createElement("li");
      item.append(document.importNode(link, true));
      list.append(item);
    }
    field.form.append(list);
  };
  field.addEventListener("input", () => {
    const words = field.value.trim();
    asked = words;
    if (words.length < 2) return close();
    setTimeout(async () => {
      if (asked !== words) return;
      try {
        const page = await load(`${field.form.action}?q=${encodeURIComponent(words)}`);
        if (asked === words && field.form.contains(document.activeElement)) show(page);
      } catch {
        close();
      }
    }, 150);
  });
  field.form.addEventListener("keydown", (event) => {
    const stops = list ? [field, ...all("a", list)] : [];
    const at = stops.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && at >= 0 && stops[at + step]) {
      event.preventDefault();
      stops[at + step].focus();
    }
    if (event.key === "Escape" && list) {
      close();
      field.focus();
    }
  });
  field.form.addEventListener("focusout", (event) => {
    if (!field.form.contains(event.relatedTarget)) close();
  });
}

// Filter lists on the page (operations in the rail): the form still works without it.
for (const field of all("[data-filter]")) {
  const list = document.getElementById(field.dataset.filter);
  if (!list) continue;
  field.addEventListener("input", () => {
    const words = field.value.trim().toLowerCase();
    for (const item of all("li", list)) item.hidden = !item.textContent.toLowerCase().includes(words);
  });
}

// Selects marked so send their form at once; the button beside them stays for everyone else.
for (const field of all("[data-go]")) field.addEventListener("change", () => field.form.requestSubmit());

// What is offered for a moment goes again, unless somebody is on it.
for (const part of all("[data-for]"))
  setTimeout(() => { if (!part.contains(document.activeElement)) part.remove(); }, Number(part.dataset.for));

// Passkeys: the button's address says what to ask this device, and the device's answer goes with the button's form. Where the
// browser cannot, buttons that are one way of several stay hidden.
const answerOf = async (button) => {
  const csrf = one("input[name=csrf]", button.form).value;
  const asked = await fetch(button.dataset.passkey, { method: "POST", body: new URLSearchParams({ csrf }) });
  if (!asked.ok) throw new Error("refused");
  const { token, publicKey } = await asked.json();
  const credential = publicKey.user
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  return JSON.stringify({ token, answer: credential.toJSON() });
};

const usePasskey = async (event) => {
  event.preventDefault();
  const button = event.currentTarget;
  const form = button.form;
  if (!button.formNoValidate && !form.reportValidity()) return;
  const words = one("[data-passkey-says]", form);
  words.hidden = true;
  try {
    one("[data-answer]", form).value = await answerOf(button);
  } catch {
    words.textContent = words.dataset.passkeySays;
    words.hidden = false;
    return;
  }
  form.requestSubmit(button);
};

if (window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON) {
  for (const button of all("button[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", usePasskey);
  }
}
