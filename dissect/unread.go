package dissect

import "trustline/pcap"

// Unread says why not a single frame of a capture could be looked into, or ""
// when one could. A run over such a capture must not end as if it had looked
// and found nothing.
func Unread(sum *pcap.Summary) string {
	if sum.Frames == 0 {
		return "the capture holds no packet"
	}
	for _, l := range sum.Links {
		if l.Decoded {
			return ""
		}
	}
	return "no frame is of a link type that can be decoded: nothing was analysed"
}
