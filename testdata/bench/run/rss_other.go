//go:build unix && !linux

package main

import "runtime"

// rssUnit is what ru_maxrss counts: octets on macOS, kilobytes elsewhere.
var rssUnit = map[bool]int64{true: 1, false: 1024}[runtime.GOOS == "darwin"]
