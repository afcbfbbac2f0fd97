"use strict";(()=>{try{let e=localStorage.getItem("forebay.theme");(e==="light"||e==="dark")&&(document.documentElement.dataset.theme=e)}catch{}})();
