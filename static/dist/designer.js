"use strict";(()=>{var e=document.getElementById("designer");e?.setAttribute("data-loaded","");})();
