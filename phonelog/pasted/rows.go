package pasted

import "bytes"

// row reads a row of Wireshark's packet list, as copied, exported or printed
// by tshark:
//
//	44036  1001.16861  14.160.112.118  14.160.112.101  TFTP  73 Read Request, File: CTLSEP...    webcast, 3 April 2012
//	    1 0.000000    192.0.2.1    192.0.2.2    TCP    74    52344 → 2445 [SYN] Seq=0            plain text export
//	    1   0.000000 192.0.2.1 → 192.0.2.2 TCP 74 52344 → 2445 [SYN] Seq=0                       tshark
//	"1","0.000000","192.0.2.1","192.0.2.2","TCP","74","52344 > 2445 [SYN] Seq=0"                 CSV export
//	0.000000 192.0.2.1 192.0.2.2 TFTP Read Request, File: ...                                    without No. and Length
func row(s []byte, r *record) bool {
	if s[0] == '"' {
		return csvRow(s, r)
	}
	no, rest := word(s)
	stamp := no
	if digits(no) && len(no) <= 9 {
		var after []byte
		stamp, after = word(rest)
		rest = after
	} else {
		no = nil
		if i := bytes.IndexByte(stamp, '.'); i < 0 || len(stamp)-i-1 < 3 {
			return false
		}
	}
	if day := stamp; len(day) == 10 && day[4] == '-' && day[7] == '-' && digits(day[:4]) {
		clock, after := word(rest)
		if !timeOfDay(clock) {
			return false
		}
		from := bytes.Index(s, day)
		stamp = s[from : len(s)-len(rest)+len(clock)]
		rest = after
	} else if !seconds(stamp) && !(timeOfDay(stamp) && len(stamp) > 9) {
		return false
	}
	src, rest := word(rest)
	if w, after := word(rest); arrow(w) {
		rest = after
	}
	dst, rest := word(rest)
	proto, rest := word(rest)
	if !endpoints(src, dst, proto, no != nil) {
		return false
	}
	var length []byte
	if w, after := word(rest); digits(w) && len(w) <= 6 {
		if next, _ := word(after); !arrow(next) {
			length, rest = w, after
		}
	}
	return packet(r, no, stamp, src, dst, proto, length, trim(rest))
}

// csvRow takes the fields of a CSV export. A doubled quote inside a field stays
// doubled.
func csvRow(s []byte, r *record) bool {
	var f [7][]byte
	for i := range f {
		if len(s) < 2 || s[0] != '"' {
			return false
		}
		var end int
		if i == len(f)-1 {
			end = bytes.LastIndexByte(s, '"')
		} else if end = bytes.Index(s, []byte(`","`)); end < 0 {
			return false
		}
		if end < 1 {
			return false
		}
		f[i] = trim(s[1:end])
		s = s[min(end+2, len(s)):]
	}
	if !digits(f[0]) || !seconds(f[1]) && !timeOfDay(f[1]) && len(f[1]) < 19 || !endpoints(f[2], f[3], f[4], true) || !digits(f[5]) {
		return false
	}
	return packet(r, f[0], f[1], f[2], f[3], f[4], f[5], f[6])
}

func packet(r *record, no, stamp, src, dst, proto, length, info []byte) bool {
	if len(info) == 0 {
		return false
	}
	r.event(DialectRows, "packet_row")
	r.set("no", no)
	r.set("time", stamp)
	r.set("src", src)
	r.set("dst", dst)
	r.set("protocol", proto)
	r.set("length", length)
	r.set("info", info)
	readInfo(r, proto, info)
	return true
}

// rowHeader reads the line of column names above the rows.
func rowHeader(s []byte, r *record) bool {
	w, rest := word(s)
	if !equalFold(w, "no.") && !equalFold(w, "no") {
		return false
	}
	for _, name := range [...]string{"time", "source", "destination", "protocol"} {
		if w, rest = word(rest); !equalFold(w, name) {
			return false
		}
	}
	r.kind, r.dialect, r.ignore = ignored, DialectRows, "the names of the columns"
	return true
}

// seconds recognises seconds since the first packet: "1001.16861".
func seconds(s []byte) bool {
	i := bytes.IndexByte(s, '.')
	return i > 0 && digits(s[:i]) && digits(s[i+1:])
}

// arrow recognises what stands between source and destination, or ports.
func arrow(s []byte) bool {
	return string(s) == "→" || string(s) == "->" || string(s) == ">" || string(s) == "?" || string(s) == "\xe2\x86\x92"
}

// endpoints tells whether three words are two addresses and a protocol. Names
// in place of addresses are taken where the row has its number and the
// protocol is one that matters here.
func endpoints(src, dst, proto []byte, numbered bool) bool {
	if len(proto) < 2 || len(proto) > 14 || proto[0] < 'A' || proto[0] > 'Z' {
		return false
	}
	for _, b := range proto {
		if !isAlnum(b) && b != '.' && b != '/' && b != '-' && b != '_' {
			return false
		}
	}
	if address(src) && address(dst) {
		return true
	}
	if !numbered || !hostName(src) || !hostName(dst) {
		return false
	}
	for _, p := range [...]string{"tftp", "tcp", "udp", "http", "icmp", "ssl", "tls", "arp", "dns", "dhcp", "sip", "skinny"} {
		if hasPrefixFold(proto, p) {
			return true
		}
	}
	return false
}

// address recognises IPv4, also masked (Y.Y.Y.Y, xx.xx.1.2), IPv6, and the
// forms of a MAC address.
func address(s []byte) bool {
	dots, colons, other := 0, 0, 0
	for _, b := range s {
		switch {
		case b == '.':
			dots++
		case b == ':':
			colons++
		case isHex(b) || b|0x20 == 'x' || b|0x20 == 'y':
		default:
			other++
		}
	}
	switch {
	case other == 0:
		return dots == 3 && colons == 0 && len(s) <= 15 || colons >= 2 && len(s) <= 45
	case colons == 2: // Cisco_5a:1a:e3
		i := bytes.IndexByte(s, '_')
		return i > 0 && len(s)-i == 9
	}
	return false
}

func hostName(s []byte) bool {
	for _, b := range s {
		if !isAlnum(b) && b != '.' && b != '-' && b != '_' && b != ':' {
			return false
		}
	}
	return len(s) > 1
}

// tcpdump reads what "utils network capture" prints on the screen of a CUCM
// node (Cisco documents on CUCM packet captures), which is the form of tcpdump:
//
//	19:04:13.410944 IP CUCMA.42387 > 10.106.95.200.sip-tls: P 1:1147(1146) ack 1 win 182
//	16:08:43.199710 IP 192.0.2.9.49530 > 192.0.2.1.2445: Flags [S], seq 1, win 14600, length 0
//	16:08:43.199710 IP 192.0.2.9.49530 > 192.0.2.1.tftp:  37 RRQ "CTLSEP0011215A1AE3.tlv" octet
func tcpdump(s []byte, r *record) bool {
	stamp, rest := word(s)
	if len(stamp) < 12 || !timeOfDay(stamp) {
		return false
	}
	ip, rest := word(rest)
	if string(ip) != "IP" && string(ip) != "IP6" {
		return false
	}
	src, rest := word(rest)
	gt, rest := word(rest)
	dst, rest := word(rest)
	if string(gt) != ">" || len(src) == 0 || len(dst) == 0 || !hostName(src) || !hostName(dst) {
		return false
	}
	switch {
	case dst[len(dst)-1] == ':':
		dst = dst[:len(dst)-1]
	case len(rest) > 0 && rest[0] == ':':
		rest = trim(rest[1:])
	default:
		return false
	}
	from, srcPort := splitPort(src)
	to, dstPort := splitPort(dst)
	r.event(DialectRows, "packet_row")
	r.set("time", stamp)
	r.set("src", from)
	r.set("dst", to)
	r.set("info", rest)
	r.set("src_port", srcPort)
	r.set("dst_port", dstPort)
	dumpInfo(r, rest)
	return true
}

// splitPort cuts the port behind the last dot off; an address without a port
// stays.
func splitPort(s []byte) (host, port []byte) {
	i := bytes.LastIndexByte(s, '.')
	if i < 0 || address(s) && bytes.Count(s, []byte(".")) == 3 {
		return s, nil
	}
	return s[:i], s[i+1:]
}
