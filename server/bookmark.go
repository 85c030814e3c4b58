package server

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/storage"
)

// bookmarkPrefix starts every bookmark of this server; the number is the
// version of the form.
const bookmarkPrefix = "DB1:"

// formatBookmark returns the text of a commit position in the database id:
//
//	DB1:<database, 32 hex digits>:<position, decimal>:<CRC-32C, 8 hex digits>
//
// The checksum covers everything before its colon, so that a bookmark that was
// cut or mistyped is refused instead of waited for.
func formatBookmark(id [16]byte, p storage.Position) string {
	dst := make([]byte, 0, len(bookmarkPrefix)+32+1+20+1+8)
	dst = append(dst, bookmarkPrefix...)
	dst = hex.AppendEncode(dst, id[:])
	dst = append(dst, ':')
	dst = strconv.AppendUint(dst, uint64(p), 10)
	sum := bookmarkSum(dst)
	dst = append(dst, ':')
	return string(hex.AppendEncode(dst, sum[:]))
}

func bookmarkSum[T string | []byte](text T) [4]byte {
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.Checksum([]byte(text), crc32.MakeTable(crc32.Castagnoli)))
	return sum
}

// parseBookmark reads what formatBookmark wrote.
func parseBookmark(text string) (id [16]byte, p storage.Position, ok bool) {
	body, found := strings.CutPrefix(text, bookmarkPrefix)
	if !found || len(body) < 32+1+1+1+8 {
		return id, 0, false
	}
	end := len(text) - 9
	sum := bookmarkSum(text[:end])
	if text[end] != ':' || text[end+1:] != hex.EncodeToString(sum[:]) {
		return id, 0, false
	}
	if _, err := hex.Decode(id[:], []byte(body[:32])); err != nil || body[32] != ':' {
		return id, 0, false
	}
	n, err := strconv.ParseUint(body[33:len(body)-9], 10, 64)
	if err != nil {
		return id, 0, false
	}
	return id, storage.Position(n), true
}
