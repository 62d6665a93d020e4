"""MITrans narrower than its input, and with keys and values max-pooled before attention."""
from module_functions import NORM


def subsample_attention(module, norm):
    """Puts mmcv's subsampling non-local block (max pooling 2x2, stride 2, of g and phi) in place."""
    from mmcv.cnn import NonLocal2d
    block = module.nl_block
    module.nl_block = NonLocal2d(block.in_channels, sub_sample=True, reduction=block.reduction,
                                 use_scale=block.use_scale, norm_cfg=norm, mode=block.mode)


def without_pool_index(bench, prefix):
    """Names g and phi as without subsampling: the pooling has no weights."""
    for name in [k for k in bench.out if k.startswith(prefix)]:
        plain = name.replace('nl_block.g.0.', 'nl_block.g.').replace('nl_block.phi.0.', 'nl_block.phi.')
        bench.out[plain] = bench.out.pop(name)


def mitrans_width_cases(bench):
    """The official module with channels other than in_channels; the output has `channels`."""
    from mmseg.models.builder import build_neck
    for name, channels, norm, concat, subsample in (
            ('narrow', 6, True, True, False), ('narrow_no_norm', 6, False, True, False),
            ('narrow_no_concat', 4, True, False, False), ('wide', 12, True, True, False),
            ('subsample', 6, True, True, True), ('subsample_no_norm', 6, False, False, True)):
        norm_cfg = NORM if norm else None
        module = build_neck(dict(type='MITransModule', in_channels=10, channels=channels,
                                 norm_cfg=norm_cfg, concat_input=concat))
        if subsample:
            subsample_attention(module, norm_cfg)
        module = bench.prepare(module)
        prefix = f'method/mitrans/{name}'
        bench.module(prefix, module, bench.noise(2, 10, 9, 7), module)
        without_pool_index(bench, prefix + '/')
        bench.info[prefix] = dict(in_channels=10, channels=channels, norm=norm,
                                  concat_input=concat, subsample=subsample)
