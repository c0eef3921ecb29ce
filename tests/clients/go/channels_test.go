package clients

import (
	"encoding/json"
	"reflect"
	"sort"
	"testing"

	"github.com/pusher/pusher-http-go/v5"
)

func TestAPresenceChannelOpensAndNamesItsMembers(t *testing.T) {
	ada, answer := join(t, "presence-go", "ada")
	var got struct {
		Presence struct {
			Count int
			IDs   []string
			Hash  map[string]map[string]string
		}
	}
	must(t, json.Unmarshal([]byte(answer.text()), &got))
	equal(t, got.Presence.Count, 1)
	equal(t, got.Presence.IDs[0], "ada")
	equal(t, got.Presence.Hash["ada"]["name"], "Name of ada")

	bob, _ := join(t, "presence-go", "bob")
	equal(t, ada.next("pusher_internal:member_added").text(), `{"user_id":"bob","user_info":{"name":"Name of bob"}}`)
	bob.unsubscribe("presence-go")
	equal(t, ada.next("pusher_internal:member_removed").text(), `{"user_id":"bob"}`)
}

func TestOccupiedChannelsAreListedWithTheirUsersWhereAsked(t *testing.T) {
	join(t, "presence-go-listed", "ada")
	join(t, "presence-go-listed", "bob")
	prefix := ptr("presence-go-l")
	list, err := library.Channels(pusher.ChannelsParams{FilterByPrefix: prefix, Info: ptr("user_count")})
	must(t, err)
	want := map[string]pusher.ChannelListItem{"presence-go-listed": {UserCount: 2}}
	if !reflect.DeepEqual(list.Channels, want) {
		t.Fatalf("got %v", list.Channels)
	}
	list, err = library.Channels(pusher.ChannelsParams{FilterByPrefix: ptr("go-nothing-begins-so")})
	must(t, err)
	equal(t, len(list.Channels), 0)
}

func TestOneChannelIsDescribed(t *testing.T) {
	join(t, "presence-go-described", "ada")
	join(t, "presence-go-described", "ada")
	info := pusher.ChannelParams{Info: ptr("user_count,subscription_count")}
	described, err := library.Channel("presence-go-described", info)
	must(t, err)
	want := pusher.Channel{Name: "presence-go-described", Occupied: true, UserCount: 1, SubscriptionCount: 2}
	equal(t, *described, want)
	described, err = library.Channel("go-nobody", pusher.ChannelParams{})
	must(t, err)
	equal(t, *described, pusher.Channel{Name: "go-nobody"})
}

func TestTheUsersOfAChannelAreListedOnceEach(t *testing.T) {
	for _, user := range []string{"ada", "bob", "ada"} {
		join(t, "presence-go-users", user)
	}
	users, err := library.GetChannelUsers("presence-go-users")
	must(t, err)
	sort.Slice(users.List, func(a, b int) bool { return users.List[a].ID < users.List[b].ID })
	if !reflect.DeepEqual(users.List, []pusher.User{{ID: "ada"}, {ID: "bob"}}) {
		t.Fatalf("got %v", users.List)
	}
}

func TestACacheChannelHasItsLastEventForWhoComesLater(t *testing.T) {
	for _, channel := range []string{"cache-go", "private-cache-go"} {
		must(t, library.Trigger(channel, "changed", "first"))
		must(t, library.Trigger(channel, "changed", "last"))
		equal(t, subscribe(t, channel).next("changed").text(), "last")
	}
	must(t, library.Trigger("presence-cache-go", "changed", "last"))
	member, _ := join(t, "presence-cache-go", "ada")
	equal(t, member.next("changed").text(), "last")
}

func TestAnEncryptedCacheChannelKeepsItsEventEncrypted(t *testing.T) {
	const channel = "private-encrypted-cache-go"
	must(t, library.Trigger(channel, "changed", "secret"))
	reader := subscribe(t, channel)
	equal(t, opened(t, reader, channel, reader.next("changed").text()), "secret")
}

func TestAnEmptyCacheChannelMisses(t *testing.T) {
	miss := subscribe(t, "cache-go-empty").next("pusher:cache_miss")
	equal(t, miss.Channel, "cache-go-empty")
	equal(t, miss.Data, nil)
	hooks.told(t, "cache_miss", "cache-go-empty")
}

func TestSubscribersAreCounted(t *testing.T) {
	reader := subscribe(t, "go-counted")
	count := reader.read()
	equal(t, count.Event, "pusher_internal:subscription_count")
	equal(t, count.text(), `{"subscription_count":1}`)
}
