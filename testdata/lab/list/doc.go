// Package list writes trust lists, signed files, and the text that the server
// CLI prints of a list.
//
// In: a [File] with its records and the signer's key. Out: its bytes
// ([File.Bytes]) or the output of "show itl" / "show ctl" ([File.Listing]).
//
//	f := list.File{Version: [2]byte{1, 2}, Name: "ITLFile.tlv", Signer: cert,
//		Time: t, Records: []list.Record{list.Full(list.SAST, cert, " ")}}
//	data := f.Bytes()
//
// The layout is that of a genuine file of CUCM 9/10; sizes agree with the listings
// in Cisco TechNote 116232 (ITL) and Cisco Support Community DOC-18834 (CTL).
// Lists as the certutils of usecallmanager.nz write them differ by [File.Certutils].
// Encrypted files are deliberately not written here.
package list
