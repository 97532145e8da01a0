/* A payment that waits for the bank's confirmation: the page holds a link to the bank
   (a[data-secure-redirect]) and this follows it at once. */

const link = document.querySelector("a[data-secure-redirect]");
if (link) location.replace(link.href);
