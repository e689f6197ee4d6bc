/** Starts the example deck; without reveal.js its slides are read one below the other. */
(() => {
  "use strict";

  if (typeof Reveal === "object" || typeof Reveal === "function") {
    Reveal.initialize({
      plugins: [RevealLiveNet],
      width: 1280,
      height: 720,
      margin: 0.06,
      center: false,
      hash: true,
      transition: "fade",
      backgroundTransition: "none",
      controlsTutorial: false,
    });
    return;
  }
  document.documentElement.classList.add("plain");
  document.getElementById("alone").hidden = false;
  for (const frame of document.querySelectorAll("iframe[data-src]")) {
    const address = frame.dataset.src;
    frame.loading = "lazy";
    frame.src = address.includes("start=") ? address : `${address}&start=auto`;
  }
})();
