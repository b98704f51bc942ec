"""The row locks of watched words (docs/locking.md). A trial comes before the word that it changes."""

from marketplace.safety.models import SensitiveWord, WordTrial


def lock_trial(trial_id: int) -> WordTrial:
    """One dry run until the transaction ends. Raises WordTrial.DoesNotExist."""
    return WordTrial.objects.select_for_update(of=("self",), no_key=True).get(pk=trial_id)


def lock_word(word_id: int) -> SensitiveWord:
    """One word until the transaction ends. Raises SensitiveWord.DoesNotExist."""
    return SensitiveWord.objects.select_for_update(of=("self",), no_key=True).get(pk=word_id)
