package register

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"net/netip"
)

// SCCPID is the identifier of an SCCP message.
type SCCPID uint32

// The messages that are decoded. Names and numbers as in Wireshark.
const (
	KeepAlive           SCCPID = 0x0000
	Register            SCCPID = 0x0001
	VersionReq          SCCPID = 0x000f
	AlarmMessage        SCCPID = 0x0020
	Unregister          SCCPID = 0x0027
	RegisterToken       SCCPID = 0x0029
	RegisterAck         SCCPID = 0x0081
	VersionRes          SCCPID = 0x0098
	RegisterReject      SCCPID = 0x009d
	ServerRes           SCCPID = 0x009e
	Reset               SCCPID = 0x009f
	KeepAliveAck        SCCPID = 0x0100
	UnregisterAck       SCCPID = 0x0118
	RegisterTokenAck    SCCPID = 0x011a
	RegisterTokenReject SCCPID = 0x011b
	EnhancedAlarm       SCCPID = 0x015a
)

var sccpNames = map[SCCPID]string{
	KeepAlive: "KeepAlive", Register: "Register", VersionReq: "VersionReq", AlarmMessage: "Alarm",
	Unregister: "Unregister", RegisterToken: "RegisterToken", RegisterAck: "RegisterAck",
	VersionRes: "VersionRes", RegisterReject: "RegisterReject", ServerRes: "ServerRes", Reset: "Reset",
	KeepAliveAck: "KeepAliveAck", UnregisterAck: "UnregisterAck", RegisterTokenAck: "RegisterTokenAck",
	RegisterTokenReject: "RegisterTokenReject", EnhancedAlarm: "EnhancedAlarm",
}

// String returns the name, or the number of a message that is not decoded.
func (id SCCPID) String() string {
	if s, ok := sccpNames[id]; ok {
		return s
	}
	return fmt.Sprintf("%#04x", uint32(id))
}

// FromPhone tells that phones send this message; it is meaningful for the
// messages that are decoded.
func (id SCCPID) FromPhone() bool { return id < 0x0080 || id == EnhancedAlarm }

// SCCP is one decoded message. Strings are empty, numbers zero and addresses
// invalid where it does not say.
type SCCP struct {
	ID      SCCPID
	Header  uint32 // version of the header: 0, or the protocol version from 17 on
	Length  int    // octets of the whole message
	Device  string // "SEP001F9E266369"
	IP      netip.Addr
	IPv6    netip.Addr
	Type    uint32 // device type
	Model   string // "7941"; "" when the type is not known
	Version int    // Register: protocol version that the phone speaks; RegisterAck: that both will
	Load    string // firmware: Register of newer phones, Alarm, VersionRes (what the server wants)
	Stamp   string // version stamp of the configuration that the phone holds, "{...}"

	KeepAlive int // RegisterAck: seconds between keep-alives, to the primary server
	Secondary int // RegisterAck: to the secondary server
	Code      int // Reset: 1 reset, 2 restart; Unregister: reason; UnregisterAck: status; RegisterTokenReject: seconds to wait; Alarm: severity

	Text    string     // RegisterReject, Alarm
	Last    *LastReset // Alarm
	Alarms  []Alarm    // EnhancedAlarm
	Servers []string   // ServerRes

	Cut      bool // octets that the header promises were not there
	Problems []string
}

const sccpHeader = 12

// plausible tells that a header can be one of SCCP. Versions known are 0 to 22,
// identifiers end below 0x0200, at 0x81xx or at 0xffxx.
func plausible(h []byte) bool {
	n, version, id := binary.LittleEndian.Uint32(h), binary.LittleEndian.Uint32(h[4:]), binary.LittleEndian.Uint32(h[8:])
	return n >= 4 && n <= maxSCCP && version < 64 && id < 0x10000
}

// ParseSCCP reads one message from the start of b. All numbers are
// little-endian, except that IPv4 addresses stand in network order.
//
//	offset  octets
//	0       4       length of what follows the first 8 octets
//	4       4       version of the header
//	8       4       message identifier
//	12              body
//
//	Register         device name 16, user 4, instance 4, IPv4 address 4,
//	                 device type 4, maximum of streams 4; not of every phone:
//	                 active streams 4, protocol version 1, features 3,
//	                 conferences 4 and 4, MAC 12, scope 4, lines 4, IPv6
//	                 address 16, scope 4, load 32, configuration stamp 48
//	RegisterToken    device name 16, user 4, instance 4, address 4, device type 4
//	RegisterAck      keep-alive 4, date template 6, 2 empty, secondary
//	                 keep-alive 4, protocol version 1, features 3
//	RegisterReject   text 33
//	Alarm            severity 4, text 80, parameters 4 and 4
//	EnhancedAlarm    XML, see Alarm
//	Unregister       reason 4, of newer phones
//	UnregisterAck    status 4
//	VersionRes       load 16
//	ServerRes        5 server names of 48
//	Reset            kind 4
//
// Sources: the registrations of a 7936, 7941, 7960 and 6961 that chan-sccp
// publishes beside its structures, and Wireshark, which reads them the same.
// The address of RegisterToken is not decoded: sources differ on its order.
func ParseSCCP(b []byte) (*SCCP, error) {
	if len(b) < sccpHeader {
		return nil, &ParseError{"sccp", 0, fmt.Sprintf("%d octets, a header has %d", len(b), sccpHeader)}
	}
	if !plausible(b) {
		return nil, &ParseError{"sccp", 0, fmt.Sprintf("% x is no header", b[:sccpHeader])}
	}
	m := &SCCP{
		Length: 8 + int(binary.LittleEndian.Uint32(b)),
		Header: binary.LittleEndian.Uint32(b[4:]),
		ID:     SCCPID(binary.LittleEndian.Uint32(b[8:])),
	}
	if m.Cut = len(b) < m.Length; !m.Cut {
		b = b[:m.Length]
	}
	r := &fields{b: b[sccpHeader:]}
	switch m.ID {
	case Register:
		m.register(r)
	case RegisterToken:
		m.Device = text(r.next(16))
		r.next(4 + 4 + 4)
		m.deviceType(r)
	case RegisterAck:
		m.KeepAlive = int(r.u32())
		r.next(6 + 2)
		m.Secondary = int(r.u32())
		if v := r.next(1); v != nil {
			m.Version = int(v[0])
		}
	case RegisterReject:
		m.Text = text(r.rest(33))
	case AlarmMessage:
		m.Code = int(r.u32())
		m.Text = text(r.rest(80))
		if m.Last = parseLastReset(m.Text); m.Last != nil {
			m.Device, m.Load = m.Last.Name, m.Last.Load
		}
	case EnhancedAlarm:
		m.Alarms = parseAlarms(r.b, &m.Problems)
		for _, a := range m.Alarms {
			m.Device = cmp.Or(m.Device, a.Device)
		}
	case Unregister, UnregisterAck, Reset, RegisterTokenReject:
		m.Code = int(r.u32())
	case VersionRes:
		m.Load = text(r.rest(16))
	case ServerRes:
		for range 5 {
			if s := text(r.next(48)); s != "" {
				m.Servers = append(m.Servers, s)
			}
		}
	}
	return m, nil
}

func (m *SCCP) register(r *fields) {
	m.Device = text(r.next(16))
	r.next(4 + 4)
	if a := r.next(4); a != nil && [4]byte(a) != [4]byte{} {
		m.IP = netip.AddrFrom4([4]byte(a))
	}
	m.deviceType(r)
	r.next(4 + 4)
	if v := r.next(4); v != nil {
		m.Version = int(v[0])
	}
	r.next(4 + 4 + 12 + 4 + 4)
	if a := r.next(16); a != nil && [16]byte(a) != [16]byte{} {
		m.IPv6 = netip.AddrFrom16([16]byte(a))
	}
	r.next(4)
	m.Load = text(r.rest(32))
	m.Stamp = text(r.rest(48))
}

func (m *SCCP) deviceType(r *fields) {
	m.Type = r.u32()
	m.Model = Model(m.Type)
}

// fields takes fields from the front of a body. After one that is not whole
// nothing more is there.
type fields struct{ b []byte }

// next takes n octets, or returns nil.
func (f *fields) next(n int) []byte {
	if len(f.b) < n {
		f.b = nil
		return nil
	}
	v := f.b[:n]
	f.b = f.b[n:]
	return v
}

// rest takes up to n octets: texts end early in some versions.
func (f *fields) rest(n int) []byte { return f.next(min(n, len(f.b))) }

func (f *fields) u32() uint32 {
	if v := f.next(4); v != nil {
		return binary.LittleEndian.Uint32(v)
	}
	return 0
}
