"""The restated training cases: sizes, and the recipe as plain options."""
from cases import DEEP, SMALL

TINY = dict(SMALL, base=2, stem=4)  # the fixtures are to stay small

RECIPE = dict(
    mix_at='features',          # 'features' (concatenated ASPP branches) | 'images'
    pair_select='nearest',      # 'nearest' | 'random'
    pair_direction='unlabeled',  # whose partner is looked for: 'unlabeled' | 'labeled'
    pair_feature='encoder',     # globally average pooled output of the encoder's last stage
    decouple_mode='soft',       # 'soft' | 'hard'
    decouple_space='logits',    # 'logits' | 'probabilities'
    decouple_normalize=False,   # soft only: divided by 1 - lam
    unsup_loss='mse',           # 'mse' | 'focal-hard'
    unsup_target='M_u_dec',     # the constant side: 'M_u_dec' | 'M_u'
    unsup_weight=1.0,
    ramp_up_iterations=0,       # 0: no ramp-up, the weight is constant
    classifier=False,           # L_cla
    cla_weight=1.0,
    dec=False,                  # L_dec: False | 'mse' | 'ce'
    dec_mode='soft', dec_space='logits', dec_normalize=False,
    dec_weight=1.0,
    image_pool_updates=1,       # running statistics' updates for each of labeled and unlabeled; official: 2
    lambda_limit=0.5,
)


def recipe(**changes):
    """The default recipe with changes; unknown names are refused."""
    unknown = set(changes) - set(RECIPE)
    if unknown:
        raise KeyError(f'unknown recipe options: {sorted(unknown)}')
    return dict(RECIPE, **changes)


# mitrans: its channels, or False; 'cat' is the width of the concatenated ASPP branches
RESTATED_CASES = [
    dict(TINY, name='restated-guidedmix', batch=3, mitrans=8, recipe=recipe(
        decouple_space='probabilities', unsup_weight=30.0, ramp_up_iterations=2,
        classifier=True, dec='mse', dec_space='probabilities')),
    dict(TINY, name='restated-paper', dilations=DEEP['dilations'], channels=4, batch=3,
         mitrans='cat', recipe=recipe(
        mix_at='images', unsup_weight=2.0, ramp_up_iterations=3, classifier=True, dec='mse')),
    dict(TINY, name='restated-hard', batch=3, mitrans=False, recipe=recipe(
        decouple_mode='hard', pair_direction='labeled', unsup_target='M_u')),
    dict(TINY, name='restated-probabilities-normalize', batch=3, mitrans=12, recipe=recipe(
        pair_select='random', decouple_space='probabilities', decouple_normalize=True,
        unsup_target='M_u', unsup_weight=10.0, ramp_up_iterations=3, classifier=True,
        cla_weight=0.5, dec='ce', dec_normalize=True, dec_weight=0.7, lambda_limit=0.3)),
    dict(TINY, name='restated-focal-hard', batch=2, mitrans=False, recipe=recipe(
        pair_select='random', pair_direction='labeled', unsup_loss='focal-hard',
        unsup_target='M_u', image_pool_updates=2)),
    dict(TINY, name='restated-images-hard', batch=2, mitrans=6, recipe=recipe(
        mix_at='images', decouple_mode='hard', decouple_space='probabilities', unsup_target='M_u',
        classifier=True, dec='mse', dec_mode='hard', dec_space='probabilities')),
]
