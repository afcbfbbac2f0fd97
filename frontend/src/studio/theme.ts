/** theme.js, loaded before anything is drawn: the viewer's choice of light or dark. */
export {};
try {
  const theme = localStorage.getItem("forebay.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;
} catch { /* private window: the system decides */ }
