package wire

import (
	"encoding/binary"
	"time"

	"trustline/testdata/lab/keys"
)

// tftpPort is where requests go (RFC 1350).
const tftpPort = 69

// blockSize is the payload of a block when no option was agreed on.
const blockSize = 512

// A Transfer is one read request and its answer.
type Transfer struct {
	Client, Server         *Host
	ClientPort, ServerPort uint16
	File                   string
	Data                   []byte
	Missing                bool      // the server answers ERROR 1
	Request, End           time.Time // of the request, and of the last packet
}

// TFTP draws a read request without options and the lock-step transfer (RFC 1350):
//
//	RRQ    00 01 name 00 "octet" 00
//	DATA   00 03 block(2) up to 512 bytes; a shorter one is the last
//	ACK    00 04 block(2)
//	ERROR  00 05 code(2) text 00
//
// The packets are spread from Request to End.
func (t *Trace) TFTP(x Transfer) {
	rrq := append([]byte{0, 1}, x.File...)
	rrq = append(append(append(rrq, 0), "octet"...), 0)
	t.UDP(x.Request, x.Client, x.Server, x.ClientPort, tftpPort, rrq)
	if x.Missing {
		t.UDP(x.End, x.Server, x.Client, x.ServerPort, x.ClientPort, []byte("\x00\x05\x00\x01File not found\x00"))
		return
	}
	blocks := len(x.Data)/blockSize + 1
	steps := time.Duration(2 * blocks)
	span := x.End.Sub(x.Request)
	jitter := keys.NewStream("tftp/" + x.File + x.Request.String())
	for i := range blocks {
		block := binary.BigEndian.AppendUint16(nil, uint16(i+1))
		end := min(len(x.Data), (i+1)*blockSize)
		data := append(append([]byte{0, 3}, block...), x.Data[i*blockSize:end]...)
		at := x.Request.Add(span*time.Duration(2*i+1)/steps - span/steps*time.Duration(jitter.Below(40))/100)
		t.UDP(at, x.Server, x.Client, x.ServerPort, x.ClientPort, data)
		at = x.Request.Add(span * time.Duration(2*i+2) / steps)
		t.UDP(at, x.Client, x.Server, x.ClientPort, x.ServerPort, append([]byte{0, 4}, block...))
	}
}
