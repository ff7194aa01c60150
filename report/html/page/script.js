"use strict";
(function () {
  var doc = document;
  function all(sel, root) { return Array.prototype.slice.call((root || doc).querySelectorAll(sel)); }

  // A link may lead into something closed: open what is around it.
  function reveal() {
    var id = decodeURIComponent(location.hash.slice(1));
    var el = id && doc.getElementById(id);
    if (!el) { return; }
    for (var n = el; n; n = n.parentElement) {
      if (n.tagName === "DETAILS") { n.open = true; }
      n.hidden = false;
    }
    el.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();

  // Paper has no closed details.
  var closed = [];
  addEventListener("beforeprint", function () {
    closed = all("details:not([open])");
    closed.forEach(function (d) { d.open = true; });
  });
  addEventListener("afterprint", function () {
    closed.forEach(function (d) { d.open = false; });
  });

  // Filter boxes, which are of no use without a script.
  all(".filter").forEach(function (p) {
    var box = p.querySelector("input"), out = p.querySelector("output"), name = box.getAttribute("data-table");
    var rows = all("#" + name + " tbody tr, table." + name + " tbody tr");
    p.hidden = rows.length < 8;
    box.addEventListener("input", function () {
      var words = box.value.toLowerCase().split(/\s+/), n = 0;
      rows.forEach(function (r) {
        var text = r.textContent.toLowerCase();
        r.hidden = !words.every(function (w) { return text.indexOf(w) >= 0; });
        n += r.hidden ? 0 : 1;
      });
      out.textContent = box.value ? n + " of " + rows.length : "";
    });
  });

  // "/" goes to the first box, as in other viewers.
  addEventListener("keydown", function (e) {
    var box = doc.querySelector(".filter:not([hidden]) input");
    if (e.key === "/" && box && !/INPUT|TEXTAREA/.test(e.target.tagName)) {
      e.preventDefault();
      box.focus();
    }
  });
})();
