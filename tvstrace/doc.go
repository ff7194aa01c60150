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
// Detail["hex"], possibly cut by the author of a publication; only the name of
// the phone is looked for in it, since nothing else in a TVS trace tells it.
package tvstrace
