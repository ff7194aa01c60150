// Package trustlist reads Cisco trust lists and signed files.
//
// In goes either the bytes of a file (CTLFile.tlv, ITLFile.tlv, anything that
// ends in .sgn) or text in which somebody pasted the output of the CLI commands
// `show ctl` and `show itl`. Out comes the same File for both:
//
//	f, err := trustlist.Parse(b)
//	f.Signer.Serial                    // who signed it
//	f.Records[0].Functions             // [SAST]
//	f.Verify().Status                  // valid: intact under its own signer record
//
//	for _, f := range trustlist.ParseListings(text) { ... }
//
// A CTL and an ITL have one format: a header of TLVs, padded to a multiple of
// four octets, then records up to the end of the file. Signed files have the
// same header and their content in place of the records; encrypted files add
// TLVs that tell how. The layouts stand above their decoders in header.go,
// record.go and encrypted.go. They are those of a genuine CUCM CTL file and of
// the listings in Cisco TechNotes 116232, 118892, 118893 and Cisco Support
// Community DOC-18834; what only the certutils of usecallmanager.nz show is
// marked so.
//
// Nothing is refused that can be shown: unknown tags, functions, versions and
// algorithms, missing and emptied fields, records of any tag order, damaged
// records and first parts of files are read as far as they go, and what is odd
// stands in Problems with its offset.
//
// `valid` means that the covered bytes are intact under the named key, never
// that the key is trusted: whether a phone would accept a list depends on what
// the phone holds, which is not decided here. Nothing is decrypted.
package trustlist
