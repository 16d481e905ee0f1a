"use strict";
const way = document.querySelector("a.button");
const address = new URL(way.href);
address.searchParams.set("next", (address.searchParams.get("next") ?? "/") + location.hash);
location.replace(location.hash ? address : way.href);
