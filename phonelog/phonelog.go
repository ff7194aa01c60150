// Package phonelog reads the console logs and status messages of Cisco IP
// phones.
package phonelog
