package pasted

import "bytes"

// Operations that op can name, as the constants they are printed with.
var (
	opReadRequest = []byte("read_request")
	opWriteReq    = []byte("write_request")
	opError       = []byte("error")
	opData        = []byte("data")
	opAck         = []byte("ack")
	opOptionAck   = []byte("option_ack")
	opSyn         = []byte("syn")
	opSynAck      = []byte("syn_ack")
	opReset       = []byte("rst")
	opFin         = []byte("fin")
	opGet         = []byte("get")
	opResponse    = []byte("response")
	opUnreachable = []byte("unreachable")
	opAlert       = []byte("alert")
	yes           = []byte("true")
	protoTFTP     = []byte("TFTP")
	protoTCP      = []byte("TCP")
)

// readInfo takes the Info column apart, as far as it bears on trust.
func readInfo(r *record, proto, info []byte) {
	switch {
	case equalFold(proto, "tftp"):
		tftpInfo(r, info)
	case equalFold(proto, "tcp"):
		tcpInfo(r, info)
	case hasPrefixFold(proto, "tls") || hasPrefixFold(proto, "ssl"):
		tlsInfo(r, info)
	case hasPrefixFold(proto, "http"):
		httpInfo(r, info)
	case hasPrefixFold(proto, "icmp"):
		if hasPrefixFold(info, "destination unreachable") {
			r.set("op", opUnreachable)
		}
	}
}

// tftpInfo reads the Info of a TFTP packet. Wireshark writes "Acknowledgement",
// newer versions "Acknowledgment".
func tftpInfo(r *record, info []byte) {
	switch {
	case hasPrefixFold(info, "read request"):
		r.set("op", opReadRequest)
		r.set("file", labelled(info, "file:"))
		r.set("options", options(info))
	case hasPrefixFold(info, "write request"):
		r.set("op", opWriteReq)
		r.set("file", labelled(info, "file:"))
	case hasPrefixFold(info, "error code"):
		r.set("op", opError)
		r.set("code", labelled(info[len("error code"):], "code:"))
		r.set("message", labelled(info, "message:"))
	case hasPrefixFold(info, "data packet"):
		r.set("op", opData)
		b, tail := word(labelled(info, "block:"))
		r.set("block", b)
		if hasPrefixFold(tail, "(last)") {
			r.set("last", yes)
		}
	case hasPrefixFold(info, "option ack"):
		r.set("op", opOptionAck)
	case hasPrefixFold(info, "ack"):
		r.set("op", opAck)
		b, _ := word(labelled(info, "block:"))
		r.set("block", b)
	}
}

// labelled gives what stands behind a label, up to the next comma.
func labelled(s []byte, label string) []byte {
	for i := 0; i+len(label) <= len(s); i++ {
		if !equalFold(s[i:i+len(label)], label) {
			continue
		}
		v := s[i+len(label):]
		if j := bytes.IndexByte(v, ','); j >= 0 {
			v = v[:j]
		}
		return trim(v)
	}
	return nil
}

// options gives what stands behind "Transfer type: octet, ".
func options(info []byte) []byte {
	i := bytes.Index(info, []byte("Transfer type:"))
	if i < 0 {
		return nil
	}
	j := bytes.IndexByte(info[i:], ',')
	if j < 0 {
		return nil
	}
	return trim(info[i+j+1:])
}

// tcpInfo reads "[TCP Retransmission] 52344 → 2445 [SYN] Seq=0 ...". Older
// versions print ">" and the names of ports.
func tcpInfo(r *record, info []byte) {
	for len(info) > 0 && info[0] == '[' {
		i := bytes.IndexByte(info, ']')
		if i < 0 {
			return
		}
		if bytes.Contains(info[:i], []byte("Retransmission")) {
			r.set("retransmission", yes)
		}
		info = trim(info[i+1:])
	}
	src, rest := word(info)
	mark, rest := word(rest)
	dst, rest := word(rest)
	if arrow(mark) {
		r.set("src_port", src)
		r.set("dst_port", dst)
	}
	i, j := bytes.IndexByte(rest, '['), bytes.IndexByte(rest, ']')
	if i < 0 || j < i {
		return
	}
	tcpFlags(r, rest[i+1:j], "SYN", "ACK", "RST", "FIN")
}

func tcpFlags(r *record, f []byte, syn, ack, rst, fin string) {
	has := func(s string) bool { return bytes.Contains(f, []byte(s)) }
	switch {
	case has(rst):
		r.set("op", opReset)
	case has(syn) && has(ack):
		r.set("op", opSynAck)
	case has(syn):
		r.set("op", opSyn)
	case has(fin):
		r.set("op", opFin)
	case len(f) == len(ack) && has(ack):
		r.set("op", opAck)
	}
}

// handshake messages and records in the words of the Info column.
var tlsWords = [...]struct {
	text string
	op   []byte
}{
	{"client hello", []byte("client_hello")}, {"server hello done", []byte("server_hello_done")}, {"server hello", []byte("server_hello")},
	{"certificate request", []byte("certificate_request")}, {"certificate verify", []byte("certificate_verify")}, {"certificate status", []byte("certificate_status")},
	{"certificate", []byte("certificate")}, {"client key exchange", []byte("client_key_exchange")}, {"server key exchange", []byte("server_key_exchange")},
	{"change cipher spec", []byte("change_cipher_spec")}, {"encrypted handshake message", []byte("encrypted_handshake")}, {"finished", []byte("finished")},
	{"encrypted alert", []byte("encrypted_alert")}, {"application data", []byte("application_data")},
}

// tlsInfo reads the Info of a TLS packet: several messages stand behind each
// other. op is the first of them; the certificate, if there is one, is told
// apart, since it is what a trust decision is about.
func tlsInfo(r *record, info []byte) {
	first := true
	for rest := info; len(rest) > 0; {
		part := rest
		if i := bytes.IndexByte(rest, ','); i >= 0 && !hasPrefixFold(rest, "alert (") {
			part, rest = rest[:i], trim(rest[i+1:])
		} else {
			rest = nil
		}
		part = trim(part)
		if hasPrefixFold(part, "alert (") {
			if first {
				r.set("op", opAlert)
			} else {
				r.set("alert", yes)
			}
			r.set("level", labelled(part, "level:"))
			r.set("description", bytes.TrimRight(labelled(part, "description:"), ") "))
			return
		}
		for _, w := range tlsWords {
			if hasPrefixFold(part, w.text) {
				if first {
					r.set("op", w.op)
					first = false
				} else if w.text == "certificate" {
					r.set("certificate", yes)
				}
				break
			}
		}
	}
}

// httpInfo reads "GET /ITLSEP0011215A1AE3.tlv HTTP/1.1" and "HTTP/1.1 404 Not Found".
func httpInfo(r *record, info []byte) {
	w, rest := word(info)
	switch {
	case string(w) == "GET":
		path, _ := word(rest)
		r.set("op", opGet)
		r.set("file", bytes.TrimPrefix(path, []byte("/")))
	case hasPrefixFold(w, "http/"):
		status, _ := word(rest)
		if digits(status) {
			r.set("op", opResponse)
			r.set("status", status)
		}
	}
}

// dumpInfo reads what tcpdump prints behind the addresses.
func dumpInfo(r *record, info []byte) {
	if i := bytes.Index(info, []byte(`RRQ "`)); i >= 0 {
		name := info[i+len(`RRQ "`):]
		if j := bytes.IndexByte(name, '"'); j > 0 {
			r.set("protocol", protoTFTP)
			r.set("op", opReadRequest)
			r.set("file", name[:j])
		}
		return
	}
	var flags []byte
	if i := bytes.Index(info, []byte("Flags [")); i >= 0 {
		flags = info[i+len("Flags ["):]
		j := bytes.IndexByte(flags, ']')
		if j < 0 {
			return
		}
		flags = flags[:j]
		r.set("protocol", protoTCP)
		tcpFlags(r, flags, "S", ".", "R", "F")
		return
	}
	// tcpdump before version 4: "S 1:1(0) win 5840", "S 1:1(0) ack 2 win 5840".
	w, _ := word(info)
	if len(w) == 1 && bytes.IndexByte([]byte("SPRF."), w[0]) >= 0 && bytes.Contains(info, []byte(" win ")) {
		r.set("protocol", protoTCP)
		if w[0] == 'S' && bytes.Contains(info, []byte(" ack ")) {
			r.set("op", opSynAck)
			return
		}
		tcpFlags(r, w, "S", ".", "R", "F")
	}
}
