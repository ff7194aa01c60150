// Package html writes a report as one page that can be attached to a ticket:
// a *correlate.Report goes in, a single file of HTML comes out.
//
//	err := html.HTML(w, r, html.Options{Title: "SR 612345678"})
//
// The page asks for nothing: styles, script and pictures are inside, and its
// Content-Security-Policy forbids everything else; script and style are allowed
// by their hashes alone. It is complete with scripts off. The script only
// filters tables, opens what a link leads to, and opens everything for print.
//
// The answer comes first, then the phones, worst first. Of each phone the page
// shows the verdict with its proof, a picture of the timeline, the deciding
// exchange as a ladder, who signed and presented what, the deletion gate, the
// steps, and what could not be seen. Every claim links to the evidence appendix,
// where each piece stands with its frame and Wireshark filter, or its line with
// the source's own text. The pictures are SVG, drawn by the templates from the
// model; each says the same in words or in a table.
//
// Everything is written by html/template, and text of inputs passes through
// report.Clean's rules first. No text of an input is ever trusted as markup.
//
// The page is bounded (Options.MaxBytes). When a fleet would exceed half of it,
// phones whose cause another phone shows in full are shown in short; when even
// that exceeds it, the least severe phones are only their row in the table. The
// page says so. What the package does not do: judge, redact, or write several files.
package html
