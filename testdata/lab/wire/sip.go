package wire

import (
	"fmt"
	"strings"
)

// SIPRegister is the REGISTER of a phone (RFC 3261 10.2) with the parameters that
// Cisco phones add to Contact: the device name and the model number.
func SIPRegister(phone, server *Host, name, model, transport string) []byte {
	line := fmt.Sprint(2000 + int(phone.IP.AsSlice()[3]))
	return []byte(fmt.Sprintf("REGISTER sip:%[1]s SIP/2.0\r\n"+
		"Via: SIP/2.0/%[2]s %[3]s:49998;branch=z9hG4bK1a2b%[4]s\r\n"+
		"From: <sip:%[4]s@%[1]s>;tag=%[5]s0002-1f2e3d4c\r\n"+
		"To: <sip:%[4]s@%[1]s>\r\n"+
		"Call-ID: %[5]s-00000001@%[3]s\r\n"+
		"Max-Forwards: 70\r\n"+
		"CSeq: 101 REGISTER\r\n"+
		"User-Agent: Cisco-CP%[6]s/12.5.1\r\n"+
		"Contact: <sip:8d3c1f2a-52b0-4c39-a1de-0b6e40a9f715@%[3]s:49998;transport=%[7]s>;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-%[8]s>\";+u.sip!devicename.ccm.cisco.com=\"%[9]s\";+u.sip!model.ccm.cisco.com=\"684\"\r\n"+
		"Expires: 3600\r\nContent-Length: 0\r\n\r\n",
		server.IP, transport, phone.IP, line, name[len(name)-6:], model, strings.ToLower(transport), strings.ToLower(name[3:]), name))
}

// SIPOK is the answer that accepts it.
func SIPOK(phone, server *Host, name, transport string) []byte {
	line := fmt.Sprint(2000 + int(phone.IP.AsSlice()[3]))
	return []byte(fmt.Sprintf("SIP/2.0 200 OK\r\n"+
		"Via: SIP/2.0/%[2]s %[3]s:49998;branch=z9hG4bK1a2b%[4]s\r\n"+
		"From: <sip:%[4]s@%[1]s>;tag=%[5]s0002-1f2e3d4c\r\n"+
		"To: <sip:%[4]s@%[1]s>;tag=1783465201\r\n"+
		"Call-ID: %[5]s-00000001@%[3]s\r\n"+
		"CSeq: 101 REGISTER\r\nServer: Cisco-CUCM12.5\r\nExpires: 120\r\nContent-Length: 0\r\n\r\n",
		server.IP, transport, phone.IP, line, name[len(name)-6:]))
}
