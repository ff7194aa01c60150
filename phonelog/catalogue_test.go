package phonelog

import (
	"testing"

	"trustline/phonelog/catalogue/cataloguetest"
)

func TestCatalogues(t *testing.T) {
	cataloguetest.Samples(t, console())
	cataloguetest.Samples(t, status())
}

func TestPerturbed(t *testing.T) {
	cataloguetest.Perturb(t, console(), map[string]bool{})
	cataloguetest.Perturb(t, status(), map[string]bool{
		// The 8800 guide's sentence begins with that of the 7800 guide.
		"trust_list_verification_failed > trust_list_update_failed": true,
		// Without "(HTTP)" it is the name of the file only.
		"file_loaded > ignore": true,
	})
}

func TestForeign(t *testing.T) {
	cataloguetest.Foreign(t, console(), map[string]bool{
		// Sentences that differ by one word: "XXTP", "Non", "not".
		"signed_file_requested > signed_file_requested": true,
		"plain_file_requested > signed_file_requested":  true,
		"server_cert_invalid > server_cert_valid":       true,
	})
	cataloguetest.Foreign(t, status(), map[string]bool{"tftp_access_error > tftp_error": true})
}

func TestOnePattern(t *testing.T) {
	cataloguetest.OnePattern(t, console())
	cataloguetest.OnePattern(t, status())
}

func FuzzCatalogues(f *testing.F) { cataloguetest.Fuzz(f, console(), status()) }
