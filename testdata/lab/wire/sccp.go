package wire

import (
	"encoding/binary"
	"time"
)

// SCCP messages that the lab draws. A message is
//
//	length(4) of what follows the second field   reserved(4)   type(4)   body
//
// with all numbers in little-endian order.
const (
	sccpKeepAlive    = 0x0000
	sccpRegister     = 0x0001
	sccpRegisterAck  = 0x0081
	sccpKeepAliveAck = 0x0100
)

func sccp(typ uint32, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(4+len(body)))
	b = binary.LittleEndian.AppendUint32(b, 0)
	return append(binary.LittleEndian.AppendUint32(b, typ), body...)
}

// Device types of a registration.
const Type7970 = 30006

// Register draws the registration of a phone that holds: the request, the
// acknowledgement 40 ms later, and keep-alives at the interval until the time
// given. It returns the connection, still open.
func (t *Trace) Register(at time.Time, phone, server *Host, port uint16, name string, interval time.Duration, until time.Time) *Conn {
	c, up := t.Dial(at, phone, server, port, 2000, name+at.String())
	c.Send(up.Add(2*time.Millisecond), FromClient, RegisterMessage(phone, name))
	c.Send(up.Add(42*time.Millisecond), FromServer, RegisterAck(interval))

	for at = at.Add(interval); at.Before(until); at = at.Add(interval) {
		c.Exchange(at, sccp(sccpKeepAlive, nil), sccp(sccpKeepAliveAck, nil))
	}
	return c
}

// RegisterMessage is the request of a phone of type 7970.
func RegisterMessage(phone *Host, name string) []byte {
	body := make([]byte, 16)
	copy(body, name)
	body = binary.LittleEndian.AppendUint32(body, 0) // user
	body = binary.LittleEndian.AppendUint32(body, 1) // instance
	body = append(body, phone.IP.AsSlice()...)
	body = binary.LittleEndian.AppendUint32(body, Type7970)
	body = binary.LittleEndian.AppendUint32(body, 5)          // most streams
	body = binary.LittleEndian.AppendUint32(body, 0)          // active streams
	body = binary.LittleEndian.AppendUint32(body, 0x8570000f) // protocol and features
	return sccp(sccpRegister, body)
}

// RegisterAck accepts a registration and sets the interval of keep-alives.
func RegisterAck(interval time.Duration) []byte {
	ack := binary.LittleEndian.AppendUint32(nil, uint32(interval/time.Second))
	ack = append(ack, "M/D/YA\x00\x00"...)
	ack = binary.LittleEndian.AppendUint32(ack, uint32(interval/time.Second))
	ack = binary.LittleEndian.AppendUint32(ack, 0x00f0f10f)
	return sccp(sccpRegisterAck, ack)
}

// Exchange draws a question of the client and an answer that carries the
// acknowledgement: three frames.
func (c *Conn) Exchange(at time.Time, question, answer []byte) {
	c.segment(at, FromClient, flags{psh: true}, question)
	c.seq[FromClient] += uint32(len(question))
	c.acked[FromServer] = c.seq[FromClient]
	c.segment(at.Add(RoundTrip), FromServer, flags{psh: true}, answer)
	c.seq[FromServer] += uint32(len(answer))
	c.acked[FromClient] = c.seq[FromServer]
	c.segment(at.Add(RoundTrip+120*time.Millisecond), FromClient, flags{}, nil)
}

// Standby draws the connection to the next server of the group, which a phone
// only keeps alive.
func (t *Trace) Standby(at time.Time, phone, server *Host, port uint16, name string, interval time.Duration, until time.Time) *Conn {
	c, up := t.Dial(at, phone, server, port, 2000, name+"standby"+at.String())
	for at = up.Add(2 * time.Second); at.Before(until); at = at.Add(interval) {
		c.Exchange(at, sccp(sccpKeepAlive, nil), sccp(sccpKeepAliveAck, nil))
	}
	return c
}
