package tvstrace

import (
	"testing"

	"trustline/phonelog/catalogue/cataloguetest"
)

func TestExcerpts(t *testing.T) {
	cataloguetest.Truth(t, "testdata/excerpts", Scan, map[string][]string{
		// The truth has the verdict only, not the miss in the cache before it.
		"118699_tvs_cert_not_found.txt": {"05:54:47.836 tvs_cache_miss"},
		// Sums of other events, which the truth does not have.
		"200694_sdl_ils_tls_failed.txt": {"09:32:27.365 cm_tls_failure", "09:44:16.896 cm_tls_failure", "12:29:18.600 cm_tls_failure", "12:44:19.641 cm_tls_failure", "16:34:01.765 cm_tls_failure"},
		// The same two events as the other side of the connection prints them.
		"200694_sdl_ils_tls_ok.txt": {"15:46:27.189 peer_cert_in_store", "15:46:27.199 tls_established"},
	})
}
