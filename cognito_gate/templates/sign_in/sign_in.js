// Comforts of the sign-in pages; only passkeys need it. All texts come from the page.
"use strict";
(() => {
  const find = (selector) => document.querySelectorAll(selector);
  document.documentElement.dataset.enhanced = "";

  // What is wrong has the focus, also in browsers whose `autofocus` is for fields only.
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.getElementById("problem")?.focus();
  });

  // A password can be looked at; it is hidden again before it is sent.
  for (const button of find("[data-shows]")) {
    const input = document.getElementById(button.dataset.shows);
    const show = (on) => {
      input.type = on ? "text" : "password";
      button.setAttribute("aria-pressed", String(on));
    };
    button.hidden = false;
    button.addEventListener("click", () => show(input.type === "password"));
    input.form.addEventListener("submit", () => show(false));
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
      button.disabled = left > 0;
      button.textContent = left > 0 ? button.dataset.waiting.replace("{seconds}", left) : label;
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
  const parse = (json) => {
    const options = json.publicKey ?? json;
    if (PublicKeyCredential.parseRequestOptionsFromJSON)
      return PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const allowed = (options.allowCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
    return { ...options, challenge: bytes(options.challenge), allowCredentials: allowed };
  };
  const plain = (credential) => {
    try {
      return credential.toJSON();
    } catch {
      // Missing, or broken by an extension that stands in for the browser's own.
    }
    const { clientDataJSON, authenticatorData, signature, userHandle } = credential.response;
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: {
        clientDataJSON: text(clientDataJSON),
        authenticatorData: text(authenticatorData),
        signature: text(signature),
        userHandle: userHandle ? text(userHandle) : undefined,
      },
    };
  };
  for (const form of find("[data-passkey]")) {
    const says = form.querySelector("[role=alert]");
    const ask = async () => {
      const publicKey = parse(JSON.parse(form.dataset.passkey));
      const credential = await navigator.credentials.get({ publicKey });
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
        says.textContent = error.name === "NotAllowedError" ? form.dataset.cancelled : form.dataset.failed;
        button.disabled = false;
        button.focus();
      });
    });
  }
})();
