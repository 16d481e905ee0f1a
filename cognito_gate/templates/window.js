"use strict";
new BroadcastChannel("cognito-gate").postMessage("signed in");
window.close();
