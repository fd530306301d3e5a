// Better with script: a button prints the page.

const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => print());
