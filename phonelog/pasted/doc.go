// Package pasted reads what engineers paste into tickets beside the logs: the
// output of shells ("md5sum", "tftp", "curl", "ls -l", "openssl s_client"), of
// the CUCM command line ("file list tftp", "show version active", "utils
// service list"), the hashes that a phone shows in its Trust List menu, rows
// of Wireshark's packet list, the xstatus of a TelePresence endpoint, and TLS
// records of an Expressway.
//
//	jasburns@host ~ $ tftp 14.48.44.80
//	tftp> get ITLSEP0011215A1AE3.tlv
//	Received 5438 bytes in 0.0 seconds
//	jasburns@host ~ $ md5sum ITLSEP0011215A1AE3.tlv
//	b61910bb01d8d3a1c1b36526cc9f2ddc  ITLSEP0011215A1AE3.tlv
//
// In goes such a text, as pasted; out come events of a closed list:
//
//	operator_tftp_get  file=ITLSEP0011215A1AE3.tlv bytes=5438 server=14.48.44.80 result=ok
//	file_hash          file=ITLSEP0011215A1AE3.tlv md5=b61910bb01d8d3a1c1b36526cc9f2ddc
//
//	sum, err := pasted.Scan(f, func(e *catalogue.Event) {
//		fmt.Println(e.Line, e.Name, e.Detail["file"])
//	})
//
// operator_tftp_get is what the engineer fetched with a client of his own: it
// shows what the server serves, never what the phone did.
//
// A ticket mixes these things with console logs, traces and prose. [Line] says
// whether one line begins a record of this package, so that a caller can route
// line by line; it is meant to be wrong on no line of a log, a listing or a
// sentence. Lines that have a meaning only behind another ("File not found"
// behind a get) belong to the record before them, and Line is false for them.
//
// A phone that one paste spells in two ways, once with a digit lost, is one
// phone: see [NearMiss].
//
// What the package does not do: it reads no trust list ("show itl" and "show
// ctl" belong to dissect/trustlist), no table of certificates ("run sql",
// "show cert": tvstrace), and it draws no conclusion from a hash or a size.
package pasted
