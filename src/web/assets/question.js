// What is asked before something that matters is sent; fetched by whoever is asked.

/** A question above the page; gives whether the answer was yes. The focus comes back where it was. */
export const question = (text, verb) =>
  new Promise((done) => {
    // It was pressed twice while this was on its way.
    if (document.getElementById("question")) return done(false);
    const dialog = document.createElement("dialog");
    const asked = Object.assign(document.createElement("p"), { id: "question", textContent: text });
    const answers = Object.assign(document.createElement("form"), { method: "dialog", className: "answers" });
    const button = (label, value, look) =>
      Object.assign(document.createElement("button"), { type: "submit", textContent: label, value, className: look });
    answers.append(button("Cancel", "no", "button"), button(verb, "yes", "button main danger"));
    dialog.setAttribute("aria-labelledby", "question");
    dialog.append(asked, answers);
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
