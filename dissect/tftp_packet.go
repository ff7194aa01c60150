package dissect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// TFTP packets (RFC 1350 section 5, RFC 2347):
//
//	        2 bytes    string   1 byte   string  1 byte   pairs of the same
//	RRQ/  +----------+--------+--------+-------+--------+-----+---+-------+---+
//	WRQ   | 01 or 02 |  file  |   0    |  mode |   0    | opt | 0 | value | 0 |
//	      +----------+--------+--------+-------+--------+-----+---+-------+---+
//
//	        2 bytes    2 bytes   n bytes
//	DATA  +----------+---------+----------+
//	      |    03    |  block  |   data   |
//	      +----------+---------+----------+
//	ACK   +----------+---------+
//	      |    04    |  block  |
//	      +----------+---------+-----------+--------+
//	ERROR |    05    |  code   |  message  |   0    |
//	      +----------+---------+-----------+--------+
//	OACK  |    06    | opt | 0 | value | 0 | ...
//	      +----------+-----+---+-------+---+
const (
	opRRQ   = 1
	opWRQ   = 2
	opDATA  = 3
	opACK   = 4
	opERROR = 5
	opOACK  = 6
)

// errUnknownTID is the error code that answers a packet from a port that is
// not part of the transfer (RFC 1350 section 4).
const errUnknownTID = 5

// tftpErrors are the meanings of RFC 1350 appendix I and RFC 2347, for errors
// that come without a text.
var tftpErrors = [...]string{
	"Not defined", "File not found", "Access violation", "Disk full or allocation exceeded",
	"Illegal TFTP operation", "Unknown transfer ID", "File already exists", "No such user",
	"Option negotiation failed",
}

// tftpRequest is a decoded RRQ or WRQ.
type tftpRequest struct {
	write   bool
	file    string
	mode    string
	options map[string]string
	problem string
}

// parseTFTPRequest decodes what follows the opcode. Missing terminators are
// tolerated: they mean a packet that was cut, and the name is what matters.
func parseTFTPRequest(op uint16, b []byte) tftpRequest {
	r := tftpRequest{write: op == opWRQ}
	var ok, okMode bool
	r.file, b, ok = cutString(b)
	r.mode, b, okMode = cutString(b)
	if !ok || !okMode {
		r.problem = "request without the end of its file name or mode"
	}
	r.options, ok = parseTFTPOptions(b)
	if !ok && r.problem == "" {
		r.problem = "request with an unfinished option"
	}
	return r
}

// parseTFTPOptions decodes pairs of option and value. Names are compared
// without case (RFC 2347), so they are kept in lower case.
func parseTFTPOptions(b []byte) (map[string]string, bool) {
	options := map[string]string{}
	for len(b) > 0 {
		var name, value string
		var ok, okValue bool
		name, b, ok = cutString(b)
		value, b, okValue = cutString(b)
		if name == "" && value == "" {
			continue // padding with zeros, seen from old boot loaders
		}
		if !ok || !okValue {
			return options, false
		}
		if len(options) < maxOptions {
			options[strings.ToLower(name)] = value
		}
	}
	return options, true
}

// cutString takes a string that ends with a zero octet.
func cutString(b []byte) (string, []byte, bool) {
	i := bytes.IndexByte(b, 0)
	if i < 0 {
		return string(b[:min(len(b), maxName)]), nil, false
	}
	return string(b[:min(i, maxName)]), b[i+1:], true
}

// parseTFTPError decodes what follows the opcode of an ERROR.
func parseTFTPError(b []byte) (int, string) {
	if len(b) < 2 {
		return 0, ""
	}
	code := int(binary.BigEndian.Uint16(b))
	text, _, _ := cutString(b[2:])
	if text == "" {
		text = fmt.Sprintf("error %d", code)
		if code < len(tftpErrors) {
			text = tftpErrors[code]
		}
	}
	return code, text
}
