/* Runs before the page is drawn, so that pieces meant for script are not seen to jump. */
document.documentElement.classList.add("js");
