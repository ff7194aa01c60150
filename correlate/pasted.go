package correlate

// pastedDialects are those of what engineers paste into tickets.
var pastedDialects = map[string]bool{"shell": true, "tftp-client": true, "cucm-cli": true, "wireshark-rows": true, "xstatus": true, "expressway": true}

func pastedDialect(d string) bool { return pastedDialects[d] }
