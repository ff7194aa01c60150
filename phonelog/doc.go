// Package phonelog reads what Cisco IP phones print about trust: console logs
// of the 79xx phones ("837: NOT 09:13:17.561856 SECD: text", dialect
// phone-secd), of the Linux phones ("3315 NOT Nov 29 06:33:59.908586
// SECUREAPP-text", dialect phone-secureapp), and status messages ("16:01:16
// Trust List Updated", dialect phone-status).
//
// In goes text of any size, from a console, a web page or a mail; out come the
// events of the message catalogue, in the order of the log:
//
//	sum, err := phonelog.Scan(f, func(e *catalogue.Event) {
//		fmt.Println(e.Line, e.Clock.Text, e.Name, e.Detail["file"])
//	})
//
// Records that a publication broke over two lines are joined, records glued
// onto one line are split, and lines that no pattern knows are counted with
// samples in the Summary: nothing is dropped in silence.
//
// Phones print neither year nor zone. Where a record embeds a time that has
// both, an event clock_epoch says so beside the record's own event: epoch.go.
//
// Bytes that are no text, lines that are too long and a time that runs back are
// Problems of the Summary; everything else is read as if they were not there.
//
// What it does not do: it draws no conclusion from several records beyond what
// is one fact printed several times (a failed connection has four lines, a file
// that is missing three), and it moves no clock: that is correlate's work.
package phonelog
