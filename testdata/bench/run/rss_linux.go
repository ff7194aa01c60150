package main

// rssUnit is what ru_maxrss counts: getrusage(2) of Linux says kilobytes.
const rssUnit = 1024
