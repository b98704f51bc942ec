"""The statements of services/together.py."""

# Who takes part, and what of them has to be asked about. Rows of together._Seat.
SEATS = """
    SELECT seat.id, seat.conversation_id, seat.user_id, seat.muted_until, person.is_active, profile.display_name, profile.avatar,
        EXISTS (SELECT FROM messaging_awayreply AS reply WHERE reply.owner_id = seat.user_id AND reply.is_on),
        EXISTS (
            SELECT FROM accounts_blockedperson AS blocked
            JOIN messaging_participant AS other
                ON other.conversation_id = seat.conversation_id
                AND other.user_id = blocked.person_id AND other.left_at IS NULL
            WHERE blocked.owner_id = seat.user_id
        )
    FROM messaging_participant AS seat
    LEFT JOIN accounts_user AS person ON person.id = seat.user_id
    LEFT JOIN accounts_userprofile AS profile ON profile.user_id = seat.user_id
    WHERE seat.conversation_id = ANY(%s) AND seat.left_at IS NULL
"""

# Which names messages in these conversations have already.
NAMES = "SELECT client_id FROM messaging_message WHERE conversation_id = ANY(%s) AND client_id = ANY(%s)"

# Messages, the newest numbers of their conversations, and the marks of who spoke, which never go back.
# `buyer_read_at` and `seller_read_at` are what the release before reads.
WRITE = """
    WITH said AS (
        INSERT INTO messaging_message
            (conversation_id, sender_id, sequence, client_id, kind, event, body, about_id, created_at)
        SELECT new.conversation, new.sender, new.sequence, new.name, 'text', '', new.body, new.gig, %(now)s
        FROM unnest(
            %(conversations)s::bigint[], %(senders)s::bigint[], %(sequences)s::bigint[], %(names)s::uuid[],
            %(bodies)s::text[], %(gigs)s::bigint[]
        ) AS new(conversation, sender, sequence, name, body, gig)
        RETURNING id, conversation_id, sequence
    ), marks AS (
        UPDATE messaging_participant AS seat
        SET read_sequence = greatest(seat.read_sequence, own.sequence),
            delivered_sequence = greatest(seat.delivered_sequence, own.sequence)
        FROM unnest(%(seats)s::bigint[], %(marks)s::bigint[]) AS own(id, sequence)
        WHERE seat.id = own.id
    ), heads AS (
        UPDATE messaging_conversation AS conversation
        SET last_sequence = newest.sequence,
            last_message_at = %(now)s,
            buyer_read_at = CASE WHEN newest.by_buyer THEN %(now)s ELSE conversation.buyer_read_at END,
            seller_read_at = CASE WHEN newest.by_seller THEN %(now)s ELSE conversation.seller_read_at END
        FROM unnest(%(moved)s::bigint[], %(heads)s::bigint[], %(by_buyer)s::bool[], %(by_seller)s::bool[])
            AS newest(id, sequence, by_buyer, by_seller)
        WHERE conversation.id = newest.id
    )
    SELECT id, conversation_id, sequence FROM said
"""
