/** designer.js: the editor of a draft, on the page that templates/pipelines/designer.html makes. */
import "./designer.css";

const place = document.getElementById("designer");
place?.setAttribute("data-loaded", "");
