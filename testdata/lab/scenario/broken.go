package scenario

import (
	"encoding/binary"

	"trustline/testdata/lab/keys"
)

// broken holds inputs that an analyser must survive and name.
func broken(walk *Case) *Case {
	c := newCase("broken")
	c.Files["cut.pcap"] = cutCapture(walk.Files["phone.pcap"], 40, 23)
	c.Files["empty.pcap"] = []byte{}
	c.Files["random.bin"] = keys.NewStream("broken/random").Bytes(4096)
	c.text("letter.txt", `Dear support,

since yesterday the phones on the third floor show an error about a list. We switched one
off and on again, it did not help. The server was restarted on Monday. Please advise.

Kind regards
`)
	c.text("README.md", `# broken

Small inputs that hold no case, for the commands' tests.

- cut.pcap: the first 40 frames of phone.pcap in directory-via-tvs and 23 bytes of
  frame 41, whose head promises more. The CTL is complete (4,762 bytes), the ITL is not.
- empty.pcap: no bytes at all.
- random.bin: 4,096 bytes of the lab's stream, no known format.
- letter.txt: text in no dialect of any log.
`)
	return c
}

// cutCapture keeps the first frames of a classic capture and some bytes of the next.
func cutCapture(p []byte, frames, rest int) []byte {
	const fileHead, frameHead = 24, 16
	at := fileHead
	for range frames {
		at += frameHead + int(binary.LittleEndian.Uint32(p[at+8:]))
	}
	return append([]byte{}, p[:at+frameHead+rest]...)
}
