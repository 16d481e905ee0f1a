// Comforts of the sign-in pages; only passkeys need it. All texts come from the page.
"use strict";
(() => {
  const find = (selector) => document.querySelectorAll(selector);
  document.documentElement.dataset.enhanced = "";

  // What is wrong has the focus, also in browsers whose `autofocus` is for fields only.
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.getElementById("message")?.focus();
  });

  // The part of an address behind # stays in the browser: forms and links hand it on (Fetch, 4.3).
  if (location.hash) {
    for (const form of find("form"))
      form.setAttribute("action", form.getAttribute("action") + location.hash);
    for (const link of find(".below a, .known a, nav a")) link.hash ||= location.hash;
  }

  // An error goes when its field is changed.
  for (const input of find("[aria-invalid]")) {
    const drop = () => {
      input.removeAttribute("aria-invalid");
      document.getElementById(`${input.id}-wrong`).remove();
    };
    input.addEventListener("input", drop, { once: true });
  }

  // A password can be looked at; it is hidden again before it is sent.
  for (const button of find("[data-shows]")) {
    const input = document.getElementById(button.dataset.shows);
    const word = button.querySelector("span");
    const words = { password: word.textContent, text: button.dataset.hide };
    const show = (type) => {
      input.type = type;
      word.textContent = words[type];
    };
    button.hidden = false;
    button.addEventListener("click", () => show(input.type === "password" ? "text" : "password"));
    input.form.addEventListener("submit", () => show("password"));
  }

  // What was typed is there again in another language, but for secrets.
  const open = [...find("input:not([type=hidden], [type=password], [readonly], .code)")];
  const saved = `typed ${location.pathname}`;
  try {
    const typed = JSON.parse(sessionStorage.getItem(saved) ?? "{}");
    sessionStorage.removeItem(saved);
    for (const input of open) input.value = typed[input.name] ?? input.value;
    for (const link of find("nav a[hreflang]"))
      link.addEventListener("click", () => {
        const values = open.map((input) => [input.name, input.value]);
        sessionStorage.setItem(saved, JSON.stringify(Object.fromEntries(values)));
      });
  } catch {
    // Without storage, the fields are empty in the other language.
  }

  // The key of an authenticator app.
  for (const button of find("[data-copies]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copies);
      button.textContent = button.dataset.copied;
    });
  }

  // The rules of a password tick while it is typed. Cognito's own sets of letters and symbols.
  const KEEPS = {
    length: (value, least) => [...value].length >= least,
    upper: (value) => /[A-Z]/.test(value),
    lower: (value) => /[a-z]/.test(value),
    digits: (value) => /[0-9]/.test(value),
    symbols: (value) => /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]/.test(value),
    whitespace: (value) => value !== "" && !/\s/.test(value),
  };
  for (const list of find("[data-rules-for]")) {
    const input = document.getElementById(list.dataset.rulesFor);
    const status = list.closest(".field").querySelector("[role=status]");
    const rules = [...list.querySelectorAll("[data-rule]")];
    const tick = () => {
      for (const rule of rules) {
        const met = KEEPS[rule.dataset.rule](input.value, Number(list.dataset.least));
        rule.dataset.is = met ? "met" : "unmet";
        rule.querySelector(".unseen").textContent = list.dataset[rule.dataset.is];
      }
      const all = rules.every((rule) => rule.dataset.is === "met");
      status.textContent = all ? list.dataset.all : "";
    };
    input.addEventListener("input", tick);
    tick();
  }

  // "Send again" counts down; the server decides all the same.
  for (const button of find("[data-wait]")) {
    const label = button.textContent;
    const ready = Date.now() + 1000 * Number(button.dataset.wait);
    const tick = () => {
      const left = Math.ceil((ready - Date.now()) / 1000);
      const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      button.disabled = left > 0;
      button.textContent = left > 0 ? button.dataset.waiting.replace("{time}", clock) : label;
      if (left > 0) setTimeout(tick, 500);
    };
    tick();
  }

  // A form is sent once, until the browser gives up or comes back to it.
  for (const form of find("form")) {
    const mark = (sent) => {
      form.dataset.sent = sent;
      for (const button of form.querySelectorAll("button:not([type=button])")) {
        if (sent) button.setAttribute("aria-disabled", "true");
        else button.removeAttribute("aria-disabled");
      }
    };
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      mark("yes");
      setTimeout(mark, 10000, "");
    });
    addEventListener("pageshow", () => mark(""));
  }

  // Passkeys: Web Authentication Level 3, and by hand where a browser has Level 2 only.
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const parse = (json, creates) => {
    const options = json.publicKey ?? json;
    const own = `parse${creates ? "Creation" : "Request"}OptionsFromJSON`;
    if (PublicKeyCredential[own]) return PublicKeyCredential[own](options);
    const parsed = { ...options, challenge: bytes(options.challenge) };
    for (const list of ["allowCredentials", "excludeCredentials"])
      parsed[list] = (options[list] ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
    if (creates) parsed.user = { ...options.user, id: bytes(options.user.id) };
    return parsed;
  };
  const plain = (credential) => {
    try {
      return credential.toJSON();
    } catch {
      // Missing, or broken by an extension that stands in for the browser's own.
    }
    const response = { transports: credential.response.getTransports?.() };
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
      if (credential.response[name]) response[name] = text(credential.response[name]);
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    };
  };
  const TROUBLE = { NotAllowedError: "cancelled", InvalidStateError: "known", SecurityError: "misplaced" };
  for (const form of find("[data-passkey]")) {
    const says = form.querySelector("[role=alert]");
    const ask = async () => {
      const creates = "creates" in form.dataset;
      const publicKey = parse(JSON.parse(form.dataset.passkey), creates);
      const credential = await navigator.credentials[creates ? "create" : "get"]({ publicKey });
      form.elements.credential.value = JSON.stringify(plain(credential));
      form.requestSubmit();
    };
    const button = form.querySelector("button");
    for (const note of find("[data-without-script]")) note.hidden = true;
    form.hidden = false;
    button.hidden = !window.PublicKeyCredential;
    if (button.hidden) says.textContent = form.dataset.unsupported;
    button.type = "button";
    button.addEventListener("click", () => {
      button.disabled = true;
      says.textContent = "";
      ask().catch((error) => {
        says.textContent = form.dataset[TROUBLE[error.name]] ?? form.dataset.failed;
        button.disabled = false;
        button.focus();
      });
    });
  }
})();
