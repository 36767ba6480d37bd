// Files of a receipt: a button for each, which asks the kernel for its content and hands it to the browser.

function save(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function render({ model, el }) {
  const list = document.createElement("div");
  list.className = "gt-files-list";
  el.append(list);

  function draw() {
    const buttons = model.get("files").map(([name, size]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "gt-download jupyter-button";
      button.textContent = `↓ ${name} (${size})`;
      button.title = `Download ${name}`;
      button.addEventListener("click", () => model.send({ kind: "file", name }));
      return button;
    });
    list.replaceChildren(...buttons);
  }

  function hear(message, buffers) {
    if (message.kind === "file") save(message.name, buffers[0]);
  }

  model.on("change:files", draw);
  model.on("msg:custom", hear);
  draw();
  return () => {
    model.off("change:files", draw);
    model.off("msg:custom", hear);
  };
}

export default { render };
