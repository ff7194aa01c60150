// Package catalogue is the message catalogue of the log packages: a small
// pattern language in which every known log message is written down once,
// beside sample lines and the public document they come from.
//
// In goes the text of a .tl file:
//
//	event signature_ok
//	  means  `the signature of a downloaded file verified against a record of a held list`
//	  match  "File sign verify SUCCESS; header length <{header_length:int}>"
//	  sample `validate_file_envelope: File sign verify SUCCESS; header length <296>` from `Cisco TechNote 116232`
//
//	ignore `progress of a connection`
//	  match  "TOS set to [{:int}] on sock, [{:ip}][{:int}]"
//	  sample `TOS set to [96] on sock, [192.168.11.32][11]` from `Cisco TechNote 213407`
//
// An entry that begins with "part" instead of "event" describes a line that
// says nothing by itself; the caller adds it to an event.
//
// Out comes a [Catalogue] whose Match method says which entry a message is and
// what the captures hold. The text is parsed once, by a participle grammar
// (grammar.go, with the lexer of lexer.go); matching is a walk over bytes that allocates nothing, because
// it runs on every line of files of hundreds of megabytes.
//
// # Patterns
//
// Letters match in either case: log viewers, translators and firmware releases
// change it. A blank matches one or more blanks (space, tab, no-break space);
// beside punctuation blanks may also be missing or added, since published
// logs lose and gain them there ("MsgType               : X"). {name:type} captures; {:type}
// matches without keeping; a question mark after the type allows it to be
// empty, as in mirrors that dropped all addresses. Types:
//
//	int        decimal digits, an optional minus sign
//	hex        hex digits, an optional 0x
//	ip         an IPv4 or IPv6 address, also masked (xx.xx.xx.xx)
//	ipport     the same with :port
//	word       no blank inside
//	file       as word; stands for a file name or path
//	name       a distinguished name; blanks inside
//	text       anything up to the literal that follows
//	rest       anything to the end, also nothing
//	quoted     "..." or '...' or <...>
//	one(A|B)   one of the words
//
// The whole message must match; only blanks, full stops, colons and NULs may
// trail.
//
// # Prefixes
//
// The process is cut off by the callers' head scanners. What is left may still
// begin with "-", "EROR:", "ERROR:", an address and function names
// ("clpSetupSsl: ", "X::Y - "): phones of one family print the same sentence with and without
// them. A pattern is tried on the message as it is and behind each of those
// prefixes, so that it is written once.
//
// # What it does not do
//
// It knows no dialect, no time and no session; that is the work of phonelog
// and tvstrace. It has no pattern that matches anything: every pattern carries
// letters of its own (see minLetters), so that a line nobody has described
// stays unknown and is counted as such.
package catalogue
