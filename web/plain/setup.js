"use strict";
// Takes the first password, with the token of the one-time link. The token leaves the address bar at once.
const token = new URLSearchParams(location.search).get("token") ?? "";
history.replaceState(null, "", location.pathname);

const form = document.getElementById("setup");
const message = document.getElementById("message");
const password = document.getElementById("password");
const again = document.getElementById("again");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (password.value !== again.value) {
    message.textContent = "The two passwords differ.";
    return;
  }
  message.textContent = "";
  try {
    const answer = await fetch("/api/auth/setup", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token, password: password.value }),
    });
    const body = await answer.json();
    if (!answer.ok) {
      message.textContent = body.error?.message ?? `The gateway answered ${answer.status}.`;
      return;
    }
    form.replaceChildren();
    const done = document.createElement("p");
    done.textContent = "The password is set, and this browser is logged in.";
    form.append(done);
  } catch {
    message.textContent = "The gateway does not answer.";
  }
});
