// Package tvstrace reads the traces that Cisco Unified Communications Manager
// writes about trust: those of the Trust Verification Service (dialect
// tvs-sdi), CAPF (capf-sdi), the TFTP service in its older and newer form
// (ctftp-sdi, ctftp-sdl) and call control (callmanager-sdi, callmanager-sdl).
//
// In goes text of any size; out come the events of the message catalogue in
// the order of the trace, and for every question of a phone to TVS one record
// tvs_query with its lookups and its answer:
//
//	sum, err := tvstrace.Scan(f, func(e *catalogue.Event) {
//		if e.Name == "tvs_query" {
//			fmt.Println(e.Address, e.Detail["serial"], e.Detail["result"])
//		}
//	})
//
// For every connection of a phone to CAPF there is one record capf_session with
// its messages, the time that the key took and the name of its result; for every
// TLS connection that call control refused one cm_tls_failure, however many
// lines speak of it. These records come when they are over, behind the events of
// their lines, and their Line is the first of them.
//
// A rotated trace is read part by part with a [Series], so that what is open
// goes on in the next file.
//
// # Interleaved connections
//
// Most lines of TVS and CAPF do not say which connection they are about. They
// are given to the one that a line named last. A new connection does not end
// the question of another; a message on another one makes it wait until its
// number is named again, or until ten seconds have passed.
//
// # How it is made
//
// Traces have hundreds of megabytes, of which few lines matter. The stream is
// cut into chunks of whole lines (package lines); workers read the heads of
// their lines and match the messages, without allocating for a line that is
// ignored, and pass on only what matters (chunk.go). One assembler takes the
// chunks in order and keeps what goes over lines: clock, connections, hex
// dumps, the open query (session.go).
//
// What it does not do: it decodes no bytes. A hex dump is handed on as hex in
// Detail["hex"], possibly cut by the author of a publication; only what no line
// of a TVS trace tells is looked for in it: the name of the phone, and the status
// of the answer (dump.go).
package tvstrace
